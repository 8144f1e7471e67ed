/** Runs of different length that end at their own time. */
export function Logo({ size = 16 }: { size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="currentColor"
      aria-hidden="true"
      className="shrink-0"
    >
      <path d="M2 1.5h2.2v2.4H2zM2 5h5.4v2H2zM2 8.2h9v2H2zM2 11.4h12v2H2z" />
    </svg>
  )
}
