// Keeps the offline page and files that are the same for everybody. Pages about people are never kept.
const CACHE = "clinic-1", OFFLINE = "{{ offline|escapejs }}", STATIC = "{{ static|escapejs }}";
const KEPT = [{% for address in kept %}"{{ address|escapejs }}"{% if not forloop.last %}, {% endif %}{% endfor %}];

addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(KEPT)).then(() => skipWaiting()));
});
addEventListener("activate", (event) => {
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name)))).then(() => clients.claim()));
});
addEventListener("fetch", (event) => {
  const request = event.request;
  if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(() => caches.match(OFFLINE)));
  } else if (request.method === "GET" && new URL(request.url).pathname.startsWith(STATIC)) {
    event.respondWith(fetch(request).catch(() => caches.match(request).then((found) => found || Response.error())));
  }
});
