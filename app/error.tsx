'use client'

import { Button } from '@/components/ui/Button'
import { Empty } from '@/components/ui/Empty'

/** Where not even the frame can be drawn, as while the database is away. */
export default function FrameError() {
  return (
    <main className="mx-auto max-w-lg p-8">
      <h1 className="text-15 font-semibold">Alto cannot read its database</h1>
      <Empty action={<Button onClick={() => location.reload()}>Try now</Button>}>
        Nothing was changed, and what trains goes on. The page comes back with the database; the log of the
        web process says what happened.
      </Empty>
    </main>
  )
}
