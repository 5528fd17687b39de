import { keyOf, nodeOf, type Transition } from "../story/transitions.ts";
import type { ModelView } from "../story/story.ts";
import { countdownText, type Tone } from "../words.ts";
import { type Standing, standingOf } from "./cells.tsx";

/** A statechart on the page, whose parts can be lit. */
export interface DrawnChart {
  readonly element: SVGSVGElement;
  /** Lights the states that a model is in. */
  readonly light: (view: ModelView, at: number) => void;
  /** How often transitions were taken, by key. */
  readonly count: (counts: ReadonlyMap<string, number>) => void;
  /** Lets a transition flash. One that is not drawn, since it is rare, is drawn as long as that takes. */
  readonly flash: (transition: Transition, tone: Tone) => void;
}

/** At least so many pixels a point: the smallest letters are nine points high. */
const leastScale = 0.85;

const svgNamespace = "http://www.w3.org/2000/svg";

/** What is taken over of a drawing. What could do something, as a script, a link or a style, is not. */
const elements = new Map([
  ["svg", "svg"],
  ["g", "g"],
  ["a", "g"],
  ["path", "path"],
  ["polygon", "polygon"],
  ["ellipse", "ellipse"],
  ["text", "text"],
]);

const attributes = new Set([
  "class",
  "d",
  "points",
  "x",
  "y",
  "cx",
  "cy",
  "rx",
  "ry",
  "transform",
  "text-anchor",
  "font-size",
  "viewBox",
]);

/** Puts a drawing that came from the server on the page; `undefined`: it is none. */
export function drawnChart({ documentElement }: Document): DrawnChart | undefined {
  const element = copied(documentElement);
  if (!(element instanceof SVGSVGElement)) return undefined;
  element.setAttribute("role", "img");
  element.setAttribute("aria-label", "The model's statechart");
  const groups = [...element.querySelectorAll<SVGGElement>("g[data-id]")];
  const nodes = new Map(groups.filter(isOf("state")).map((group) => [group.dataset["id"] ?? "", nodePart(group)]));
  const edges = Map.groupBy(groups.filter(isOf("edge")), (group) => group.dataset["id"] ?? "");
  // A chart of many slots is scrolled rather than shrunk to what nobody can read.
  element.style.minHeight = `${Math.round(leastScale * element.viewBox.baseVal.height)}px`;
  let home: string | undefined;
  const canvas = element.querySelector("g") ?? element;

  /** Of many credentials those in the middle are drawn as one. */
  const drawnAs = (id: string): string => (nodes.has(id) ? id : "folded");

  return {
    element,
    light: (view, at) => {
      const looks = looksOf(view, at, drawnAs);
      for (const [id, node] of nodes) node.look(looks.get(id));
      const lit = [...looks].find(([, { standing }]) => standing === "home")?.[0];
      if (lit !== home) nodes.get(lit ?? "")?.group.scrollIntoView({ block: "nearest", inline: "nearest" });
      home = lit;
    },
    count: (counts) => {
      for (const [id, parts] of edges) for (const part of parts) showCount(part, counts.get(id) ?? 0);
    },
    flash: ({ from, to }, tone) => {
      const transition = { from: drawnAs(from), to: drawnAs(to) };
      const parts = edges.get(keyOf(transition)) ?? arc(canvas, nodes, transition);
      for (const part of parts) light(part, tone);
    },
  };
}

interface Look {
  readonly standing: Standing;
  readonly says: string;
}

/** How a model's states look, by node. */
function looksOf(view: ModelView, at: number, drawnAs: (id: string) => string): ReadonlyMap<string, Look> {
  const { state, shape } = view;
  const ids = shape.credentials.map(({ id }) => id);
  const looks = new Map<string, Look>();
  for (const id of ids) {
    const standing = state.active === id ? "home" : standingOf(view, id, at);
    // Its other node shows that it is probed; that it still cools is no longer asked.
    if (standing === "ready" || standing === "probed") continue;
    const says = {
      home: "serves",
      disabled: "disabled",
      cooling: `cools ${countdownText((state.coolingUntil[id] ?? at) - at)}`,
    };
    const node = drawnAs(nodeOf(ids, id, "serving"));
    if (node !== "folded" || standing === "home") looks.set(node, { standing, says: says[standing] });
  }
  if (state.probing !== null) {
    looks.set(drawnAs(nodeOf(ids, state.probing, "probing")), { standing: "probed", says: "the next call tells" });
  }
  if (state.active === null) looks.set("exhausted", { standing: "home", says: "calls try every one" });
  return looks;
}

interface NodePart {
  readonly group: SVGGElement;
  readonly look: (look: Look | undefined) => void;
}

function nodePart(group: SVGGElement): NodePart {
  const label = group.querySelector("text");
  const note = document.createElementNS(svgNamespace, "text");
  note.setAttribute("class", "note");
  note.setAttribute("text-anchor", "middle");
  note.setAttribute("x", label?.getAttribute("x") ?? "0");
  note.setAttribute("y", String(Number(label?.getAttribute("y") ?? 0) + 9));
  group.append(note);
  let shown: string | undefined;
  return {
    group,
    look: (look) => {
      if (look?.standing !== shown) {
        if (shown !== undefined) group.classList.remove(shown, "noted");
        if (look !== undefined) group.classList.add(look.standing, "noted");
        shown = look?.standing;
      }
      const says = look?.says ?? "";
      if (note.textContent !== says) note.textContent = says;
    },
  };
}

/** Writes how often a transition was taken behind the last line of its label. */
function showCount(edge: SVGGElement, count: number): void {
  const says = count === 0 ? "" : `×${count}`;
  const known = edge.querySelector<SVGTSpanElement>("tspan.count");
  if ((known?.textContent ?? "") === says) return;
  const label = [...edge.querySelectorAll("text")].at(-1);
  const span = known ?? document.createElementNS(svgNamespace, "tspan");
  span.setAttribute("class", "count");
  span.setAttribute("dx", "4");
  span.textContent = says;
  if (known === null) label?.append(span);
}

const flashMs = 2_400;

function light(part: SVGGElement, tone: Tone): void {
  const classes = ["taken", `taken-${tone}`];
  part.classList.remove("taken", "taken-good", "taken-warn", "taken-bad", "taken-calm");
  // An animation begins anew only when the browser has seen the element without it.
  part.getBoundingClientRect();
  part.classList.add(...classes);
  setTimeout(() => {
    part.classList.remove(...classes);
    if (part.classList.contains("extra")) part.remove();
  }, flashMs);
}

function arc(canvas: Element, nodes: ReadonlyMap<string, NodePart>, { from, to }: Transition): readonly SVGGElement[] {
  const [start, end] = [nodes.get(from)?.group.getBBox(), nodes.get(to)?.group.getBBox()];
  if (start === undefined || end === undefined || from === to) return [];
  const [startX, startY] = [start.x, start.y + start.height / 2];
  const [endX, endY] = [end.x, end.y + end.height / 2];
  const bendX = Math.min(startX, endX) - 40 - Math.abs(endY - startY) / 8;
  const group = document.createElementNS(svgNamespace, "g");
  group.setAttribute("class", "edge extra");
  const path = document.createElementNS(svgNamespace, "path");
  path.setAttribute("d", `M${startX},${startY}C${bendX},${startY} ${bendX},${endY} ${endX},${endY}`);
  group.append(path);
  canvas.append(group);
  return [group];
}

const isOf =
  (name: string) =>
  ({ classList }: Element): boolean =>
    classList.contains(name);

/** A copy that can do nothing. */
function copied(source: Element): SVGElement | undefined {
  const name = elements.get(source.localName);
  if (name === undefined) return undefined;
  const copy = document.createElementNS(svgNamespace, name);
  for (const { name: attribute, value } of source.attributes) {
    if (attributes.has(attribute)) copy.setAttribute(attribute, value);
  }
  // An id would be one of the page's.
  if (source.id !== "") copy.dataset["id"] = source.id;
  if (name === "text") copy.textContent = source.textContent;
  else for (const child of source.children) copy.append(...[copied(child)].filter((each) => each !== undefined));
  return copy;
}
