import { createCommandSource } from "./command-source.ts";
import type { KeyCommand } from "./key-reference.ts";
import type { KeySource } from "./key-source.ts";

interface SharedSource {
  readonly source: KeySource;
  holders: number;
}

/** One source a distinct command for the whole process: a token is not asked for once a credential, or again by a reload. */
const sharedSources = new Map<string, SharedSource>();

/** The source of a command's keys, shared with everyone who has the same command; it stops when the last one closes it. */
export function openCommandSource(reference: KeyCommand): KeySource {
  const [program, ...args] = reference.command;
  const identity = JSON.stringify([program, ...args.map((arg) => arg.reveal()), reference.ttl]);
  const shared = sharedSources.get(identity) ?? { source: createCommandSource(reference), holders: 0 };
  sharedSources.set(identity, shared);
  shared.holders += 1;
  let isOpen = true;
  return {
    current: () => shared.source.current(),
    ready: () => shared.source.ready(),
    close: () => {
      if (!isOpen) return;
      isOpen = false;
      shared.holders -= 1;
      if (shared.holders > 0) return;
      sharedSources.delete(identity);
      shared.source.close();
    },
  };
}
