// The review desk. Each part does one thing and stands in a file of its own; together they make
// the desk quick, and without any of them everything can be read and decided all the same.

import "./review-calm.js";
import "./review-decide.js";
import "./review-live.js";
import "./review-keys.js";
import "./review-words.js";
import { keepInSight, pane, rowOf, shown } from "./review-pane.js";

keepInSight(rowOf(shown()?.dataset.case));

// After a decision by a whole page: start at the new case, and say what was done. A live region
// speaks only when it changes, so its words are put in once more.
const announced = document.querySelector("[data-announce]");
if (announced) {
  pane().focus({ preventScroll: true });
  const words = [...announced.childNodes];
  announced.replaceChildren();
  setTimeout(() => announced.replaceChildren(...words), 100);
}
if (shown()) document.dispatchEvent(new CustomEvent("case-shown", { detail: {} }));
