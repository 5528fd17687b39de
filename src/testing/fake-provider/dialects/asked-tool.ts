import { z } from "zod";
import { pieces } from "../content.ts";
import type { Question } from "../reply.ts";

/** A request for a tool, as OpenAI's chat (`function.name`) and Anthropic's messages (`name`) make it. */
const toolRequest = z.object({
  tools: z.tuple(
    [z.object({ name: z.string().optional(), function: z.object({ name: z.string() }).optional() })],
    z.unknown(),
  ),
  tool_choice: z.unknown().optional(),
  messages: z.array(z.object({ role: z.string(), content: z.unknown().optional() })),
});

/** The name of the tool that the answer shall call; none once a tool's result is the last message, so that an agent's loop ends. */
export function askedTool(asked: Question["json"]): string | undefined {
  const request = toolRequest.safeParse(asked).data;
  if (request === undefined || isNone(request.tool_choice)) return undefined;
  const last = request.messages.at(-1);
  if (last?.role === "tool" || isToolResult(last?.content)) return undefined;
  const [tool] = request.tools;
  return tool.function?.name ?? tool.name;
}

/** The arguments of the call, which tell what the content would have told, in as many pieces. */
export function toolArguments({ pieces: content }: Question): string[] {
  return pieces(JSON.stringify({ text: content.join("") }), content.length);
}

function isNone(choice: unknown): boolean {
  return choice === "none" || z.object({ type: z.literal("none") }).safeParse(choice).success;
}

function isToolResult(content: unknown): boolean {
  return z.tuple([z.object({ type: z.literal("tool_result") })], z.unknown()).safeParse(content).success;
}
