/** A statechart as it is drawn. Lengths are pixels; ids are those of the machine's states. */
export interface ChartLayout {
  /** Id of the machine. */
  readonly id: string;
  /** What there is one of, and what it does. */
  readonly about: string;
  readonly description: string;
  /** Of the statechart that was laid out; the agent tells that of the machine it runs. */
  readonly fingerprint: string;
  readonly width: number;
  readonly height: number;
  /** Every state but the machine itself; parents before children. */
  readonly boxes: readonly BoxLayout[];
  /** Arrows from the dot at which a state around others begins. */
  readonly starts: readonly (readonly Point[])[];
  readonly arrows: readonly ArrowLayout[];
  /** All transitions, in the order in which the agent counts them. */
  readonly edges: readonly ChartEdge[];
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface BoxLayout extends Point {
  readonly id: string;
  /** Dotted keys from below the machine. */
  readonly path: string;
  readonly name: string;
  readonly description: string;
  readonly isFinal: boolean;
  /** Whether there are states inside. */
  readonly isAround: boolean;
  readonly initial?: string;
  readonly width: number;
  readonly height: number;
}

/** One arrow for all transitions between two states. */
export interface ArrowLayout {
  readonly from: string;
  readonly to: string;
  readonly points: readonly Point[];
  readonly label: Point;
  readonly lines: readonly LabelLine[];
}

/** An event, or below it its guard in brackets. */
export interface LabelLine {
  readonly text: string;
  /** Index of the transition. */
  readonly edge: number;
}

export interface ChartEdge {
  readonly event: string;
  readonly guard?: string;
  readonly from: string;
  readonly to?: string;
  readonly actions: readonly string[];
  readonly description?: string;
}
