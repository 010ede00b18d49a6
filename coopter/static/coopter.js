/* CoopTer's own script. Every page works without it; with it: the week grid moves and adds up, dialogs ask, texts copy.
   Nothing is inline (strict CSP); behaviour hangs on data- attributes.
   A form sent before this script is there asks all the same: its field ask_first makes the server ask (plumbing/kept.py). */
(() => {
  "use strict";
  const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));

  /* -- durations: the same writings as coopter.values.durations; null means « not understood » -- */
  const minutesOf = (text) => {
    const t = text.trim().toLowerCase().replace(/[\s\u00a0\u202f]/g, "");
    if (t === "") return 0;
    let m;
    if ((m = /^(\d{1,3})(?:h|:)(\d{1,2})?(?:min|mn|m)?$/.exec(t))) return Number(m[1]) * 60 + Number(m[2] || 0);
    if ((m = /^(\d{1,4})(?:min|mn|m)$/.exec(t))) return Number(m[1]);
    if ((m = /^(\d{1,3})(?:[.,](\d{1,2}))?$/.exec(t))) return Math.round(Number(`${m[1]}.${m[2] || 0}`) * 60);
    return null;
  };
  const hoursText = (minutes) =>
    minutes % 60 ? `${Math.floor(minutes / 60)}\u00a0h\u00a0${String(minutes % 60).padStart(2, "0")}` : `${minutes / 60}\u00a0h`;

  /* -- the week grid -- */
  const sumWeek = (week) => {
    const lines = {}, days = {};
    let whole = 0;
    all("[data-cell], [data-minutes]", week).forEach((cell) => {
      const minutes = "minutes" in cell.dataset ? Number(cell.dataset.minutes) : minutesOf(cell.value);
      if (cell.matches("[data-cell]")) cell.classList.toggle("is-unread", minutes === null);
      lines[cell.dataset.line] = (lines[cell.dataset.line] || 0) + (minutes || 0);
      days[cell.dataset.day] = (days[cell.dataset.day] || 0) + (minutes || 0);
      whole += minutes || 0;
    });
    all("[data-line-total]", week).forEach((t) => { t.textContent = hoursText(lines[t.dataset.lineTotal] || 0); });
    all("[data-day-total]", week).forEach((t) => {
      t.textContent = hoursText(days[t.dataset.dayTotal] || 0);
      t.closest("td").classList.toggle("is-long", (days[t.dataset.dayTotal] || 0) > 600);
    });
    all("[data-week-total]", week).forEach((t) => { t.textContent = hoursText(whole); });
  };
  const moveInWeek = (event, cell) => {
    const week = cell.closest("[data-week]");
    const line = Number(cell.dataset.line), day = Number(cell.dataset.day);
    const atStart = cell.selectionStart === 0 && cell.selectionEnd === 0;
    const atEnd = cell.selectionStart === cell.value.length;
    const step = {
      ArrowUp: [-1, 0], ArrowDown: [1, 0], Enter: event.shiftKey ? [-1, 0] : [1, 0],
      ArrowLeft: atStart ? [0, -1] : null, ArrowRight: atEnd ? [0, 1] : null,
    }[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    const cells = all("[data-cell]", week);
    const at = (l, d) => cells.find((c) => Number(c.dataset.line) === l && Number(c.dataset.day) === d);
    const lines = Math.max(...cells.map((c) => Number(c.dataset.line)));
    let l = line, d = day, next = null;
    for (let tries = 0; tries < 400 && !next; tries += 1) {
      l += step[0]; d += step[1];
      if (event.key === "Enter" && (l > lines || l < 1)) { l = step[0] > 0 ? 1 : lines; d += step[0]; }
      if (l < 1 || l > lines || d < 1 || d > 7) break;
      next = at(l, d);
    }
    event.preventDefault();
    if (next) { next.focus(); next.select(); }
  };
  document.addEventListener("input", (event) => {
    const week = event.target.matches("[data-cell]") && event.target.closest("[data-week]");
    if (week) sumWeek(week);
  });
  document.addEventListener("keydown", (event) => {
    const target = event.target;
    if (target.matches?.("[data-cell]")) {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); target.form?.requestSubmit(); return; }
      moveInWeek(event, target);
    } else if (event.key === "/" && !target.matches?.("input, textarea, select, [contenteditable]")) {
      const box = document.querySelector("[data-search]");
      if (box) { event.preventDefault(); box.focus(); }
    }
  });

  /* -- dialogs: native; command/commandfor where the browser lacks them; data-confirm on a form -- */
  const confirmBox = document.getElementById("confirm");
  let waiting = null;
  document.addEventListener("click", (event) => {
    const hit = (selector) => event.target.closest?.(selector);
    let it;
    if ((it = hit("[commandfor]")) && !("commandForElement" in HTMLButtonElement.prototype)) {
      const box = document.getElementById(it.getAttribute("commandfor"));
      if (it.getAttribute("command") === "close") box?.close(); else box?.showModal();
    } else if ((it = hit("[data-copy]"))) {
      navigator.clipboard?.writeText(it.dataset.copy).then(() => {
        const words = it.querySelector("span"), before = words.textContent;
        words.textContent = it.dataset.done;
        it.classList.add("is-done");
        setTimeout(() => { words.textContent = before; it.classList.remove("is-done"); }, 2000);
      });
    } else if (hit("[data-print]")) {
      window.print();
    } else if ((it = hit("[data-dismiss]"))) {
      it.closest(".notice").remove();
    } else if (hit("[data-confirm-no]")) {
      confirmBox.close();
    } else if (hit("[data-confirm-yes]") && waiting) {
      const { form, submitter } = waiting;
      waiting = null;
      form.dataset.sure = "yes";
      confirmBox.close();
      form.requestSubmit(submitter);
    }
    all("details.menu[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    all("details.menu[open]").forEach((menu) => { menu.open = false; menu.querySelector("summary").focus(); });
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.confirm && form.dataset.sure !== "yes" && confirmBox) {
      event.preventDefault();
      waiting = { form, submitter: event.submitter };
      confirmBox.querySelector("#confirm-text").textContent = form.dataset.confirm;
      const label = form.dataset.confirmLabel || event.submitter?.textContent.trim();
      if (label) confirmBox.querySelector("[data-confirm-yes]").textContent = label;
      confirmBox.showModal();
      return;
    }
    if (form.dataset.sure) form.addEventListener("formdata", (it) => it.formData.delete("ask_first"), { once: true });
    delete form.dataset.sure;
    if (form.dataset.sent) event.preventDefault(); /* a second click sends nothing twice */
    else if (form.method === "post") { form.dataset.sent = "yes"; form.setAttribute("aria-busy", "true"); }
  });
  window.addEventListener("pageshow", () => all("form[data-sent]").forEach((form) => {
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
  }));

  /* -- on arrival -- */
  all("[data-week]").forEach(sumWeek);
  document.querySelector("[data-focus]")?.focus();
})();

/* -- the chair's desk: one letter, one act; only where the page asks for it, never while somebody types -- */
(() => {
  "use strict";
  const typing = "input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]";
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || !document.querySelector("[data-keys]")) return;
    if (event.target.matches?.(typing) || document.querySelector("dialog[open]")) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const it = document.querySelector(`[data-keys] [data-key="${CSS.escape(key)}"]`);
    if (it) { event.preventDefault(); it.focus(); it.click(); }
  });
})();
