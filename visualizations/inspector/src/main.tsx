import { render } from "preact";
import "./styles/page.css";
import { listenToKeys } from "./keys.ts";
import { startPage } from "./page.ts";
import { keepTheme } from "./theme.ts";
import { App } from "./views/app.tsx";

keepTheme();
// The script lies beside the places that it asks.
const base = new URL(/* @vite-ignore */ ".", import.meta.url);
const control = startPage(base, (shown) => render(<App control={shown} />, document.body));
listenToKeys(control);
