import type { RuntimeModel } from "../config/index.ts";
import type { Api } from "../providers/provider.ts";
import type { CallerRequest } from "../transport/caller-request.ts";
import { boundResource, type BoundResource } from "./bound-resources.ts";
import { badRequest, type Refusal } from "./refusal.ts";
import type { ResponseOwners } from "./response-owners.ts";

/**
 * The credentials that may take a request; undefined: all. The caller may pin one, and what belongs to one account goes
 * to the credential that made it.
 *
 * @throws Refusal where there is no such credential, or it is not known whose a resource is.
 */
export function whoMayServe(
  { id: model, credentials }: RuntimeModel,
  api: Api,
  request: CallerRequest,
  owners: ResponseOwners,
): readonly string[] | undefined {
  const ids = credentials.map(({ id }) => id);
  const pin = request.headers["x-keyswitch-pin"];
  if (pin !== undefined) {
    if (ids.includes(String(pin))) return [String(pin)];
    throw badRequest("unknown_credential", `x-keyswitch-pin names none of ${ids.join(", ")}`);
  }
  if (ids.length === 1) return undefined;
  const resource = boundResource(api, request);
  if (resource === undefined) return undefined;
  const owner = owners.ownerOf(model, resource.id);
  if (owner !== undefined && ids.includes(owner)) return [owner];
  throw ownerUnknown(resource);
}

function ownerUnknown({ member }: BoundResource): Refusal {
  return badRequest(
    "account_bound_resource",
    `"${member}" names something that exists in one account only, and it is not known which credential made it: ` +
      "name that credential in x-keyswitch-pin",
  );
}
