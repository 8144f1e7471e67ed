const INLINED = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'stroke-opacity',
  'opacity',
  'font-size',
  'font-weight',
  'font-family',
  'paint-order',
  'text-anchor',
] as const

/** The drawing with its colours written out, since a picture knows no variables of the page. */
function standalone(svg: SVGSVGElement): string {
  const copy = svg.cloneNode(true) as SVGSVGElement
  const from = [svg, ...svg.querySelectorAll<SVGElement>('*')]
  const to = [copy, ...copy.querySelectorAll<SVGElement>('*')]
  from.forEach((element, index) => {
    const style = getComputedStyle(element)
    const target = to[index]
    for (const name of INLINED) target?.style.setProperty(name, style.getPropertyValue(name))
  })
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg')
  return new XMLSerializer().serializeToString(copy)
}

/** Draws what a chart shows, twice as fine, on the colour of its pane. */
async function toPng(svg: SVGSVGElement, under: HTMLCanvasElement | null): Promise<Blob> {
  const { width, height } = svg.getBoundingClientRect()
  const image = new Image()
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(standalone(svg))}`
  await image.decode()
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(width * 2)
  canvas.height = Math.round(height * 2)
  const context = canvas.getContext('2d')
  if (!context) throw new Error('This browser draws no pictures.')
  context.fillStyle = getComputedStyle(document.documentElement).getPropertyValue('--surface')
  context.fillRect(0, 0, canvas.width, canvas.height)
  if (under) context.drawImage(under, 0, 0, canvas.width, canvas.height)
  context.drawImage(image, 0, 0, canvas.width, canvas.height)
  return new Promise((resolve, reject) =>
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error('The picture was empty.'))),
      'image/png',
    ),
  )
}

/**
 * Puts a picture of the chart inside `pane` into the clipboard.
 * @throws where the browser does not allow it or nothing is drawn
 */
export async function copyPng(pane: HTMLElement): Promise<void> {
  const svg = pane.querySelector<SVGSVGElement>('[data-chart] svg')
  if (!svg) throw new Error('Nothing is drawn yet.')
  const png = toPng(svg, pane.querySelector<HTMLCanvasElement>('[data-chart] canvas'))
  await navigator.clipboard.write([new ClipboardItem({ 'image/png': png })])
}
