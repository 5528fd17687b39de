import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { metricDefinitions } from "../../src/telemetry/metric-definitions.ts";
import { observeMetrics } from "../../src/telemetry/metrics.ts";
import { scriptedModel } from "../telemetry/scripted-model.ts";
import { expectSection, table } from "./generated.ts";

interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly description: string };
}

interface Panel {
  readonly title: string;
  readonly targets: readonly { readonly expr: string; readonly legendFormat: string }[];
}

const page = (name: string): string => readFileSync(new URL(`../../docs/monitoring/${name}`, import.meta.url), "utf8");

const rules = (parse(page("alerts.yaml")) as { groups: { rules: AlertRule[] }[] }).groups.flatMap(
  (group) => group.rules,
);
const dashboard = JSON.parse(page("dashboard.json")) as {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly query: string | { readonly query: string } }[] };
};
const panelQueries = dashboard.panels.flatMap(({ title, targets }) =>
  targets.map(({ expr, legendFormat }) => [title, expr, legendFormat] as const),
);
const queries: readonly (readonly [string, string])[] = [
  ...rules.map(({ alert, expr }) => [alert, expr] as const),
  ...panelQueries.map(([title, expr]) => [title, expr] as const),
  ...dashboard.templating.list.map(
    ({ query }) => ["a variable", typeof query === "string" ? query : query.query] as const,
  ),
];

/** What a scrape shows: each series' name, with the values that each of its labels takes. */
const scraped = new Map<string, Map<string, Set<string>>>();

/** A label that Prometheus itself adds to what it scrapes. */
const addedByPrometheus = "instance";

beforeAll(async () => {
  const model = scriptedModel("chat");
  const { registry } = observeMetrics([model]);
  await model.call({ primary: [{ fails: { class: "auth" } }], "azure-east": [{ fails: { class: "transient" } }] });
  await model.stream();
  for (const [, name = "", labels = ""] of (await registry.metrics()).matchAll(/^(keyswitch_\w+)\{(.*)\} /gm)) {
    const values = scraped.get(name) ?? new Map<string, Set<string>>();
    scraped.set(name, values);
    for (const [, label = "", value = ""] of labels.matchAll(/(\w+)="([^"]*)"/g)) {
      values.set(label, (values.get(label) ?? new Set()).add(value));
    }
  }
});

/** The metrics of a query, each with what it asks of its labels. */
function selectorsOf(query: string) {
  return [...query.matchAll(/(keyswitch_\w+)(?:\{([^}]*)\})?/g)].map(([, name = "", matchers = ""]) => ({
    name,
    matchers: [...matchers.matchAll(/(\w+)\s*(?:=~|!~|!=|=)\s*"([^"]*)"/g)].map(([, label = "", value = ""]) => ({
      label,
      values: value.split("|"),
    })),
  }));
}

/** The labels that a query groups its metrics by. */
function groupingOf(query: string): readonly string[] {
  return [...query.matchAll(/\b(?:by|without|on|ignoring)\s*\(([^)]*)\)/g)].flatMap(([, labels = ""]) =>
    labels.split(",").map((label) => label.trim()),
  );
}

describe("the queries of the alerts and the dashboard", () => {
  it.each(queries)("of %s ask for metrics that a scrape shows, by labels that these have: %s", (_, query) => {
    const selectors = selectorsOf(query);
    const labels = selectors.flatMap(({ name }) => [...(scraped.get(name)?.keys() ?? [])]);

    for (const { name, matchers } of selectors) {
      expect([...scraped.keys()]).toContain(name);
      expect(labels).toEqual(expect.arrayContaining(matchers.map(({ label }) => label)));
    }
    expect([...labels, addedByPrometheus]).toEqual(expect.arrayContaining([...groupingOf(query)]));
  });

  it.each(queries)("of %s name only results, outcomes and directions that there are: %s", (_, query) => {
    for (const { name, matchers } of selectorsOf(query)) {
      for (const { label, values } of matchers.filter((matcher) => matcher.label !== "model")) {
        expect([...(scraped.get(name)?.get(label) ?? [])]).toEqual(expect.arrayContaining(values));
      }
    }
  });

  it.each(panelQueries)("of the panel %s keep what its legend shows: %s", (_, query, legend) => {
    const shown = [...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label);
    const kept = groupingOf(query);
    const labels =
      kept.length > 0 ? kept : selectorsOf(query).flatMap(({ name }) => [...(scraped.get(name)?.keys() ?? [])]);

    expect(labels).toEqual(expect.arrayContaining(shown));
  });

  it("leave no metric out of the dashboard", () => {
    const shown = panelQueries.flatMap(([, query]) =>
      selectorsOf(query).map(({ name }) => name.replace(/_bucket$/, "")),
    );

    expect(new Set(shown)).toEqual(new Set(Object.values(metricDefinitions).map(({ name }) => name)));
  });
});

describe("docs/operations.md", () => {
  it("lists the metrics of the code", () => {
    expectSection(
      "operations.md",
      "metrics",
      table(
        ["metric", "kind", "labels", "what it is"],
        Object.values(metricDefinitions).map(({ name, kind, labels, help }) => [
          `\`${name}\``,
          kind,
          labels.map((label) => `\`${label}\``).join(", "),
          help,
        ]),
      ),
    );
  });

  it("lists the alerts that there are, and what to do about each", () => {
    expectSection(
      "operations.md",
      "alerts",
      table(
        ["alert", "severity", "fires after", "what to do"],
        rules.map(({ alert, for: pending = "at once", labels: { severity }, annotations: { description } }) => [
          `\`${alert}\``,
          severity,
          pending,
          description,
        ]),
      ),
    );
  });
});
