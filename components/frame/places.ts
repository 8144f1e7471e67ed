import {
  Boxes,
  CalendarClock,
  ChartLine,
  Database,
  Images,
  LayoutList,
  type LucideIcon,
  Scale,
  Server,
  Settings,
  SlidersHorizontal,
  WandSparkles,
} from 'lucide-react'

export interface Place {
  href: string
  label: string
  icon: LucideIcon
  /** Sequence that goes there. */
  keys: string
}

export const WORK: readonly Place[] = [
  { href: '/', label: 'Overview', icon: LayoutList, keys: 'g o' },
  { href: '/sweeps', label: 'Sweeps', icon: ChartLine, keys: 'g s' },
  { href: '/cluster', label: 'Cluster', icon: Server, keys: 'g c' },
  { href: '/serving', label: 'Serving', icon: Images, keys: 'g v' },
  { href: '/playground', label: 'Playground', icon: WandSparkles, keys: 'g p' },
]

export const IMPROVE: readonly Place[] = [
  { href: '/rule-lab', label: 'Rule lab', icon: SlidersHorizontal, keys: 'g r' },
  { href: '/forecasts', label: 'Forecasts', icon: CalendarClock, keys: 'g f' },
  { href: '/audit', label: 'Audit', icon: Scale, keys: 'g a' },
]

export const LIBRARY: readonly Place[] = [
  { href: '/models', label: 'Models', icon: Boxes, keys: 'g m' },
  { href: '/data-sets', label: 'Data sets', icon: Database, keys: 'g d' },
]

export const SETTINGS: Place = { href: '/settings', label: 'Settings', icon: Settings, keys: 'g ,' }

export const isAt = (path: string, href: string): boolean =>
  href === '/' ? path === '/' : path === href || path.startsWith(`${href}/`)
