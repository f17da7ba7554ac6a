import { memo, useEffect, useRef } from 'react';
import { activeBoxes } from './chart-of.ts';
import type { ArrowLayout, BoxLayout, ChartLayout, Point } from './chart-layout.ts';
import type { Step } from './inspect-state.ts';

const LINE = 13.5;
const CORNER = 6;
const MARGIN = 14;
/** How much a small drawing is enlarged. */
const SCALE_MAX = 1.15;
/** How long a transition that was taken stays bright, milliseconds. */
const FLASH_MS = 1_400;

interface ChartViewProps {
  readonly chart: ChartLayout;
  /** Dotted. */
  readonly state: string;
  /** Newest last. */
  readonly steps: readonly Step[];
}

/** A statechart with the states lit that the actor is in, and the transitions flashing that it has just taken. */
export function ChartView({ chart, state, steps }: ChartViewProps) {
  const drawing = useRef<SVGSVGElement>(null);
  const seenSeq = useRef(steps.at(-1)?.seq ?? -1);
  useEffect(() => {
    for (const step of steps.filter(({ seq }) => seq > seenSeq.current)) flash(drawing.current, step);
    seenSeq.current = steps.at(-1)?.seq ?? -1;
  }, [steps]);
  const lit = new Set(activeBoxes(chart, state).map(({ id }) => id));
  const size = { width: chart.width + 2 * MARGIN, height: chart.height + 2 * MARGIN };
  const litPath = activeBoxes(chart, state).at(-1)?.path;
  useEffect(() => {
    const box = drawing.current?.querySelector(`[data-box="${litPath}"]`);
    box?.scrollIntoView({ block: 'nearest', behavior: 'smooth' });
  }, [litPath]);
  return (
    <svg
      ref={drawing}
      className="chart"
      style={{ maxWidth: size.width * SCALE_MAX }}
      viewBox={`${-MARGIN} ${-MARGIN} ${size.width} ${size.height}`}
      role="img"
      aria-label={`Statechart of ${chart.id}: the actor is in ${state === '' ? 'no state' : state}`}
      data-state={state}
    >
      <defs>
        <marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse">
          <path d="M0 0 L8 4 L0 8 z" />
        </marker>
      </defs>
      {chart.boxes.map((box) => (
        <Box key={box.id} box={box} isLit={lit.has(box.id)} />
      ))}
      <Arrows chart={chart} />
    </svg>
  );
}

/** Lights a transition, and the states at its ends, for a moment: a scrape may be over before anybody can see it. */
function flash(drawing: SVGSVGElement | null, { edge, from, to = from }: Step): void {
  const marked = [`[data-edge~="${edge}"]`, `[data-id="${from}"]`, `[data-id="${to}"]`].join(', ');
  for (const element of drawing?.querySelectorAll(marked) ?? []) {
    element.classList.remove('flash');
    element.getBoundingClientRect(); // so that the animation begins anew
    element.classList.add('flash');
    setTimeout(() => element.classList.remove('flash'), FLASH_MS);
  }
}

const Box = memo(function Box({ box, isLit }: { readonly box: BoxLayout; readonly isLit: boolean }) {
  const { id, x, y, width, height, name, description, isAround, isFinal } = box;
  const classes = ['box', isAround ? 'around' : 'leaf', isFinal ? 'final' : '', isLit ? 'lit' : ''];
  return (
    <g className={classes.filter((word) => word !== '').join(' ')} data-box={box.path} data-id={id}>
      <title>{description === '' ? name : `${name}: ${description}`}</title>
      <rect x={x} y={y} width={width} height={height} rx={8} />
      {isFinal && <rect x={x + 3} y={y + 3} width={width - 6} height={height - 6} rx={6} className="inner" />}
      <text x={isAround ? x + 12 : x + width / 2} y={isAround ? y + 22 : y + height / 2 + 4.5} textAnchor={isAround ? 'start' : 'middle'}>
        {name}
      </text>
    </g>
  );
});

const Arrows = memo(function Arrows({ chart }: { readonly chart: ChartLayout }) {
  return (
    <>
      {chart.starts.map((points) => (
        <g key={pathOf(points)} className="start">
          <circle cx={points[0]?.x} cy={points[0]?.y} r={4} />
          <path d={pathOf(points)} markerEnd="url(#tip)" />
        </g>
      ))}
      {chart.arrows.map((arrow) => (
        <ArrowView key={`${arrow.from} ${arrow.to}`} arrow={arrow} chart={chart} />
      ))}
    </>
  );
});

function ArrowView({ arrow: { points, label, lines }, chart }: { readonly arrow: ArrowLayout; readonly chart: ChartLayout }) {
  return (
    <g className="arrow" data-edge={[...new Set(lines.map(({ edge }) => edge))].join(' ')}>
      <path d={pathOf(points)} markerEnd="url(#tip)" />
      {lines.map(({ text, edge }, index) => (
        <text
          key={`${edge} ${text}`}
          x={label.x + 2}
          y={label.y + LINE * (index + 1) - 3}
          data-edge={edge}
          className={text.startsWith('[') ? 'guard' : ''}
        >
          <title>{meaningOf(chart, edge)}</title>
          {text}
        </text>
      ))}
    </g>
  );
}

function meaningOf({ edges }: ChartLayout, index: number): string {
  const { event = '', guard, actions = [], description } = edges[index] ?? {};
  const words = [event, guard === undefined ? '' : `[${guard}]`, actions.length === 0 ? '' : `/ ${actions.join(', ')}`];
  return [words.filter((word) => word !== '').join(' '), description ?? ''].filter((line) => line !== '').join('\n');
}

/** A line with round corners. */
function pathOf(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (first === undefined) return '';
  let path = `M${first.x} ${first.y}`;
  rest.forEach((point, index) => {
    const next = rest[index + 1];
    if (next === undefined) path += `L${point.x} ${point.y}`;
    else path += cornerAt(rest[index - 1] ?? first, point, next);
  });
  return path;
}

function cornerAt(before: Point, corner: Point, after: Point): string {
  const from = towards(corner, before);
  const to = towards(corner, after);
  return `L${from.x} ${from.y}Q${corner.x} ${corner.y} ${to.x} ${to.y}`;
}

/** A little way from one point to another, at most half of it. */
function towards(from: Point, to: Point): Point {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const part = length === 0 ? 0 : Math.min(CORNER, length / 2) / length;
  return { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part };
}
