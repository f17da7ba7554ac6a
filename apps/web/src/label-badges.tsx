import type { Labels } from './target.ts';

/** Labels as small tags, in order. */
export function LabelBadges({ labels, isWrapped = false }: { readonly labels: Labels; readonly isWrapped?: boolean }) {
  return (
    <span className={isWrapped ? 'labels labels-wrapped' : 'labels'}>
      {Object.entries(labels).map(([name, value]) => (
        <span key={name} className="label" title={`${name}="${value}"`}>
          {name}="{value}"
        </span>
      ))}
    </span>
  );
}
