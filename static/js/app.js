// What every page needs. Each import wires one behaviour through event delegation, so it also covers what htmx swaps in.
import "./theme-switch.js";
import "./menu.js";
import "./copy.js";
import "./tabs.js";
import "./dialogs.js";
import "./notes.js";
import "./fields.js";
import "./picker.js";
import "./targets.js";
import "./filters.js";
