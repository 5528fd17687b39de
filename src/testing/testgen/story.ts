import { type ErrorClass, errorClasses } from "../../../machines/index.ts";

/**
 * How a credential's upstream answers throughout a call: with a failure of a class, or for `stated_quota` with one that says
 * when the quota is back.
 */
export type StoryOutcome = ErrorClass | "stated_quota";

/** Every way in which a story's upstreams fail. */
export const storyOutcomes: readonly StoryOutcome[] = [...errorClasses, "stated_quota"];

/** An operator's word on a model, or on one of its credentials. */
export type Word =
  | { readonly type: "RESET" | "FAILBACK" }
  | { readonly type: "DISABLE" | "ENABLE"; readonly credential: string };

/** One thing that is done to a service, and what is expected of it. */
export type StoryStep =
  | {
      /** A call, and the credentials that do not serve it, with how they fail. */
      readonly call: Readonly<Record<string, StoryOutcome>>;
      /** Whom the service asks, attempt by attempt. */
      readonly asked: readonly string[];
      /** Whether the caller gets an answer. */
      readonly served: boolean;
    }
  | {
      /** So many calls that nobody refuses. */
      readonly calls: number;
      /** Whom the service asks, once each call. */
      readonly asked: readonly string[];
    }
  /** So many seconds pass. */
  | { readonly skip: number }
  | { readonly operator: Word };

/** What happens to a service, step by step, from its start on. */
export type Story = readonly StoryStep[];
