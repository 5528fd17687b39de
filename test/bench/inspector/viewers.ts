/** Looks at a gateway's inspector as so many pages would, and does nothing with what it sees: `viewers.ts PORT COUNT`. */
const [port = "", count = "0"] = process.argv.slice(2);

async function look(): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${port}/inspector/feed`);
  if (!answer.ok || answer.body === null) throw new Error(`The inspector answered ${answer.status}`);
  for await (const piece of answer.body) void piece;
}

await Promise.all(Array.from({ length: Number(count) }, look));
