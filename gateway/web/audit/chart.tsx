/** Small charts in SVG, each with the table of its numbers beside it: what the eye sees is there to read, also without it. */
import { useId } from 'preact/hooks';
import { useLanguage } from '../language.js';
import { AUDIT } from '../words/audit.js';

export interface Series {
  readonly name: string;
  /** One for each category. */
  readonly values: readonly number[];
}
interface ChartProps {
  readonly title: string;
  /** What stands on the axis, in order: periods, or names. */
  readonly categories: readonly string[];
  readonly axis: string;
  readonly series: readonly Series[];
}

const WIDTH = 640;
const HEIGHT = 220;
const FOOT = 24;
const HEAD = 26;
const BAR_MAX = 48;
/** Names of categories that fit under the bars. */
const NAMES_MAX = 8;

/** Stacked bars from left to right. Colours differ in lightness too, and every part says its number. */
export function Columns({ title, categories, axis, series }: ChartProps) {
  const id = useId();
  const totals = categories.map((_, i) => series.reduce((sum, { values }) => sum + (values[i] ?? 0), 0));
  const top = Math.max(1, ...totals);
  const [step, height] = [WIDTH / Math.max(1, categories.length), HEIGHT - FOOT - HEAD];
  const width = Math.min(BAR_MAX, step * 0.7);
  const every = Math.ceil(categories.length / NAMES_MAX);
  return (
    <Figure title={title} axis={axis} categories={categories} series={series}>
      <svg class="chart" viewBox={`0 0 ${String(WIDTH)} ${String(HEIGHT)}`} role="img" aria-labelledby={id}>
        <title id={id}>{title}</title>
        <line class="chart-axis" x1="0" x2={WIDTH} y1={HEIGHT - FOOT} y2={HEIGHT - FOOT} />
        {categories.map((category, i) => {
          const x = step * (i + 0.5) - width / 2;
          let y = HEIGHT - FOOT;
          return (
            <g key={category}>
              {series.map(({ name, values }, s) => {
                const part = ((values[i] ?? 0) / top) * height;
                y -= part;
                return part > 0 && <rect key={name} class={`chart-${String(s)}`} x={x} y={y} width={width} height={part}><title>{`${category} ${name} ${String(values[i] ?? 0)}`}</title></rect>;
              })}
              {categories.length <= 24 && <text class="chart-number" x={x + width / 2} y={y - 4}>{totals[i]}</text>}
              {i % every === 0 && <text class="chart-name" x={x + width / 2} y={HEIGHT - 6}>{category}</text>}
            </g>
          );
        })}
      </svg>
    </Figure>
  );
}

const ROW = 46;

/** One bar under the other, for names that are long. */
export function Rows({ title, categories, axis, series }: ChartProps) {
  const id = useId();
  const values = series[0]?.values ?? [];
  const top = Math.max(1, ...values);
  return (
    <Figure title={title} axis={axis} categories={categories} series={series}>
      <svg class="chart" viewBox={`0 0 ${String(WIDTH)} ${String(Math.max(1, categories.length) * ROW)}`} role="img" aria-labelledby={id}>
        <title id={id}>{title}</title>
        {categories.map((category, i) => (
          <g key={category}>
            <text class="chart-row" x="0" y={i * ROW + 20}>{category}</text>
            <rect class="chart-0" x="0" y={i * ROW + 27} height="12" width={((values[i] ?? 0) / top) * (WIDTH - 60)} />
            <text class="chart-row chart-row-number" x={((values[i] ?? 0) / top) * (WIDTH - 60) + 8} y={i * ROW + 39}>{values[i]}</text>
          </g>
        ))}
      </svg>
    </Figure>
  );
}

function Figure({ title, axis, categories, series, children }: ChartProps & { children: preact.ComponentChildren }) {
  const { say } = useLanguage();
  if (categories.length === 0) return <p>{say(AUDIT.none)}</p>;
  return (
    <figure class="chart-figure">
      {series.length > 1 && <ul class="chart-key">{series.map(({ name }, s) => <li key={name}><svg viewBox="0 0 10 10" width="14" height="14" aria-hidden="true"><rect class={`chart-${String(s)}`} width="10" height="10" /></svg> {name}</li>)}</ul>}
      {children}
      <div class="table-scroll" tabIndex={0} role="region" aria-label={title}>
        <table>
          <caption>{title}</caption>
          <thead><tr><th scope="col">{axis}</th>{series.map(({ name }) => <th key={name} scope="col">{name}</th>)}</tr></thead>
          <tbody>{categories.map((category, i) => <tr key={category}><th scope="row">{category}</th>{series.map(({ name, values }) => <td key={name}>{values[i] ?? 0}</td>)}</tr>)}</tbody>
        </table>
      </div>
    </figure>
  );
}
