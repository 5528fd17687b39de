export { createGateway, type Gateway, type GatewayParts, type GatewayReload } from "./create-gateway.ts";
