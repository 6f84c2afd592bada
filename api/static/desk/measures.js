// Plots of the measures, drawn from the tables below them: what is not in a table is in no plot. Without this file the tables remain.
(() => {
  const MOST = 12;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const language = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang;
  const dayAndMonth = new Intl.DateTimeFormat(language, { day: "numeric", month: "numeric", timeZone: "UTC" });
  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  let plots = [];

  const rowsOf = (id) => [...document.querySelectorAll(`#${id} tbody tr`)];
  const value = (row, name) => (row.dataset[name] === "" || row.dataset[name] === undefined ? null : Number(row.dataset[name]));
  const label = (row) => {
    if (row.dataset.at) return dayAndMonth.format(new Date(`${row.dataset.at}T00:00:00Z`));
    const name = row.querySelector("th").firstChild.textContent.trim();
    return name.length > 16 ? `${name.slice(0, 15).trimEnd()}…` : name;
  };

  // Bars stand side by side; weeks stand where they belong, those without a promise too.
  const placesOf = (rows) => rows.map((row, i) => (row.dataset.at ? Math.round((Date.parse(row.dataset.at) - Date.parse(rows[0].dataset.at)) / 6048e5) : i));

  // Every name has its place under bars; of many points only as many as fit.
  function axes(names, places, unit, crowded) {
    const common = { stroke: token("--muted"), font: "12px system-ui, sans-serif", ticks: { show: false } };
    const last = places.at(-1);
    const every = Math.max(1, Math.ceil(last / 7));
    const shown = places.filter((place) => crowded || (last - place) % every === 0);
    return [
      {
        ...common, grid: { show: false }, rotate: crowded ? -45 : 0, size: crowded ? 92 : 32,
        splits: () => shown, values: (_, found) => found.map((place) => names[places.indexOf(place)] ?? ""),
      },
      { ...common, grid: { stroke: token("--line"), width: 1 }, size: 48, values: (_, found) => found.map((v) => `${v}${unit}`) },
    ];
  }

  function draw(box, names, places, values) {
    const bars = box.dataset.kind === "bars";
    const accent = token("--accent");
    const highest = box.dataset.unit === "%" ? 100 : Math.max(1, ...values.filter((v) => v !== null)) * 1.15;
    const series = bars
      ? { stroke: accent, fill: accent, paths: uPlot.paths.bars({ size: [0.6, 44], radius: 0.1 }), points: { show: false } }
      : { stroke: accent, width: 2, spanGaps: true, points: { show: true, size: 7, fill: accent, stroke: accent } };
    const options = {
      width: box.clientWidth, height: bars ? 260 : 200, legend: { show: false }, cursor: { show: false }, padding: [12, bars ? 44 : 20, 0, 0],
      scales: { x: { time: false, range: [places[0] - 0.6, places.at(-1) + 0.6] }, y: { range: [0, highest] } },
      axes: axes(names, places, box.dataset.unit, bars), series: [{}, series],
    };
    plots.push(new uPlot(options, [places, values], box));
  }

  function all() {
    plots.forEach((plot) => plot.destroy());
    plots = [];
    for (const part of document.querySelectorAll("[data-plots]")) {
      const rows = rowsOf(part.dataset.plots);
      const shown = part.dataset.plots === "weeks" ? rows : rows.slice(0, MOST);
      part.hidden = false;
      for (const box of part.querySelectorAll("[data-plot]")) draw(box, shown.map(label), placesOf(shown), shown.map((row) => value(row, box.dataset.plot)));
    }
  }

  let width = innerWidth;
  addEventListener("resize", () => {
    if (innerWidth !== width) requestAnimationFrame(all);
    width = innerWidth;
  });
  dark.addEventListener("change", all);
  all();
})();
