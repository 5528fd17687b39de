export {
  type RealDifference,
  type RealOptions,
  type RealVerification,
  verifyReal,
  verifyRealModel,
} from "./real/verify-real.ts";
export type { VerifiedState, VerifiedStep } from "./seen.ts";
export {
  type Counterexample,
  type UserInvariant,
  type Verification,
  verify,
  verifyModel,
  type VerifyOptions,
} from "./verify.ts";
