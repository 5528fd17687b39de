export type { VerifiedState, VerifiedStep } from "./seen.ts";
export {
  type Counterexample,
  type UserInvariant,
  type Verification,
  verify,
  verifyModel,
  type VerifyOptions,
} from "./verify.ts";
