// Nothing here is needed: it registers the worker that shows the offline page, and carries the focus to the error summary.
if ("serviceWorker" in navigator) {
  addEventListener("load", () => navigator.serviceWorker.register("/service-worker.js").catch(() => {}));
}
const summary = document.querySelector(".error-summary");
if (summary) summary.focus();
