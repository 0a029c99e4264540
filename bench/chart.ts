import { init } from 'echarts';
import type { Chart } from './bench';

const SIZE = { width: 760, height: 500 };

/** Draws a chart as SVG, which a light and a dark page can show. */
export function svgOf({ title, x, y, series }: Chart): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, ...SIZE });
  chart.setOption({
    animation: false,
    backgroundColor: '#ffffff',
    title: { text: title, left: 'center', top: 8 },
    // One below the other, since each font has other widths.
    legend: { orient: 'vertical', left: 60, bottom: 0, icon: 'roundRect' },
    grid: { left: 60, right: 30, top: 60, bottom: 60 + 24 * series.length },
    xAxis: { type: 'category', name: x.name, nameLocation: 'middle', nameGap: 30, data: [...x.values] },
    yAxis: { type: 'value', name: y.name },
    series: series.map(({ name, values }) => ({ type: 'line', name, data: [...values], symbolSize: 7 })),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return `${withOwnNames(svg)}\n`;
}

/** The library counts the names of all charts that a process has drawn. A chart must be the same whoever draws it. */
function withOwnNames(svg: string): string {
  const names = new Map<string, string>();
  return svg.replaceAll(/zr\d+-[a-z]+-?\d+/g, (name) => {
    if (!names.has(name)) names.set(name, `chart-${names.size}`);
    return names.get(name) ?? name;
  });
}
