const themes = ["auto", "light", "dark"] as const;

export type Theme = (typeof themes)[number];

const place = "keyswitch-theme";

/** The theme that was chosen; `auto`: as the system says. */
export function theme(): Theme {
  return (document.documentElement.dataset["theme"] as Theme | undefined) ?? "auto";
}

/** Goes on with the theme that was chosen last. */
export function keepTheme(): void {
  const kept = themes.find((each) => each === stored());
  if (kept !== undefined) document.documentElement.dataset["theme"] = kept;
}

/** Chooses the next theme. */
export function nextTheme(): void {
  const next = themes[(themes.indexOf(theme()) + 1) % themes.length] ?? "auto";
  document.documentElement.dataset["theme"] = next;
  try {
    localStorage.setItem(place, next);
  } catch {
    // A browser that keeps nothing shows it until the page is closed.
  }
}

function stored(): string | null {
  try {
    return localStorage.getItem(place);
  } catch {
    return null;
  }
}
