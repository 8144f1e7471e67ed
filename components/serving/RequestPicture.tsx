import type { RequestRow } from '@/server/views/request-row'

interface RequestPictureProps {
  row: Pick<
    RequestRow,
    | 'prompt'
    | 'endedAt'
    | 'resultUrl'
    | 'resultType'
    | 'previewUrl'
    | 'previewStep'
    | 'kind'
    | 'width'
    | 'height'
  >
  className?: string
  /** Without controls: inside a button. */
  still?: boolean
}

/** The result of a request, or the preview of its newest step. Small pictures are drawn with hard pixels. */
export function RequestPicture({ row, className = '', still = false }: RequestPictureProps) {
  const look = `rounded-4 bg-sunken object-contain ${row.width < 256 ? '[image-rendering:pixelated]' : ''} ${className}`
  const alt = row.prompt ?? 'A picture of another project'
  if (row.resultUrl && row.resultType?.startsWith('video/'))
    return (
      <video
        src={`/api/v1${row.resultUrl}`}
        aria-label={alt}
        controls={!still}
        loop
        muted
        playsInline
        autoPlay
        className={look}
      />
    )
  const source = row.resultUrl ?? row.previewUrl
  if (source)
    return (
      // biome-ignore lint/performance/noImgElement: it comes from the API with the person's session, already in its size
      <img
        src={`/api/v1${source}${row.resultUrl ? '' : `?step=${row.previewStep ?? 0}`}`}
        alt={row.resultUrl ? alt : `Preview after step ${row.previewStep ?? 0}: ${alt}`}
        className={look}
      />
    )
  return (
    <div className={`${look} flex items-center justify-center text-11 text-ink-3`}>
      <span>{row.endedAt ? 'no picture' : 'no preview yet'}</span>
    </div>
  )
}
