import clsx from 'clsx'
import Link from 'next/link'
import type { ComponentProps, ReactNode } from 'react'
import { Kbd } from './Kbd'

export type ButtonVariant = 'primary' | 'secondary' | 'ghost' | 'danger'

interface Look {
  variant?: ButtonVariant
  size?: 'normal' | 'small'
  icon?: ReactNode
  /** Key that does the same, shown inside. */
  shortcut?: string
}

const VARIANTS: Record<ButtonVariant, string> = {
  primary: 'border border-ink bg-ink text-ink-inv hover:opacity-90',
  secondary: 'border border-line-2 bg-surface text-ink hover:bg-hover',
  ghost: 'border border-transparent text-ink-2 hover:bg-hover hover:text-ink',
  danger: 'border border-line-2 bg-surface text-bad hover:bg-bad-bg',
}

export const buttonClass = ({ variant = 'secondary', size = 'normal' }: Look, extra?: string) =>
  clsx(
    'inline-flex shrink-0 items-center justify-center gap-1.5 whitespace-nowrap rounded-6 text-12 font-medium no-underline transition-colors select-none pointer-coarse:min-h-11',
    size === 'small' ? 'h-6 px-2' : 'h-7 px-2.5',
    'disabled:border-line disabled:bg-hover disabled:text-ink-3 disabled:opacity-100 aria-disabled:border-line aria-disabled:bg-hover aria-disabled:text-ink-3',
    VARIANTS[variant],
    extra,
  )

function Inside({ icon, shortcut, children }: Pick<Look, 'icon' | 'shortcut'> & { children?: ReactNode }) {
  return (
    <>
      {icon}
      {children}
      {shortcut ? <Kbd inherit>{shortcut}</Kbd> : null}
    </>
  )
}

export type ButtonProps = Look & ComponentProps<'button'>

/** A button. At most one `primary` a page. */
export function Button({ variant, size, icon, shortcut, className, children, ...rest }: ButtonProps) {
  return (
    <button type="button" {...rest} className={buttonClass({ variant, size }, className)}>
      <Inside icon={icon} shortcut={shortcut}>
        {children}
      </Inside>
    </button>
  )
}

export type ButtonLinkProps = Look & ComponentProps<typeof Link>

/** A link that looks like a button, for going somewhere. */
export function ButtonLink({ variant, size, icon, shortcut, className, children, ...rest }: ButtonLinkProps) {
  return (
    <Link {...rest} className={buttonClass({ variant, size }, className)}>
      <Inside icon={icon} shortcut={shortcut}>
        {children}
      </Inside>
    </Link>
  )
}

export type IconButtonProps = Omit<ButtonProps, 'icon'> & { label: string }

/** A square button with only an icon; `label` is its name. */
export function IconButton({
  label,
  size = 'normal',
  variant = 'ghost',
  className,
  children,
  ...rest
}: IconButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      {...rest}
      className={buttonClass(
        { variant, size },
        clsx('!px-0', size === 'small' ? 'w-6' : 'w-7', 'pointer-coarse:min-w-11', className),
      )}
    >
      {children}
    </button>
  )
}
