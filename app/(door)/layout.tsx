import type { ReactNode } from 'react'
import { Logo } from '@/components/frame/Logo'
import { ServerData } from '@/components/trpc/ServerData'

/** Sign-in and set-up: a form on the background, nothing else. */
export default function DoorLayout({ children }: { children: ReactNode }) {
  return (
    <ServerData>
      <main id="main" className="flex min-h-dvh justify-center bg-bg px-4 pt-[16vh] pb-12">
        <div className="w-full max-w-80">
          <div className="mb-6 flex items-center gap-2 text-15 font-semibold">
            <Logo size={18} /> Alto
          </div>
          {children}
        </div>
      </main>
    </ServerData>
  )
}
