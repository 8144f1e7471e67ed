/** Name of the cookie that keeps where a divider stands. */
export const splitCookie = (name: string): string => `alto-split-${name}`

/** Share of the first pane in percent, from a cookie's text; `otherwise` where it says nothing sensible. */
export function readSplit(text: string | undefined, otherwise: number): number {
  const share = Number(text)
  return text !== undefined && Number.isFinite(share) && share >= 20 && share <= 85 ? share : otherwise
}
