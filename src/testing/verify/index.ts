export type { VerifiedState, VerifiedStep } from "./seen.ts";
export {
  type Counterexample,
  exploredModel,
  type UserInvariant,
  type Verification,
  verify,
  verifyModel,
  type VerifyOptions,
} from "./verify.ts";
