'use client'

import { Header } from '@/components/frame/Header'
import { Button } from '@/components/ui/Button'
import { Empty } from '@/components/ui/Empty'

export default function PageError({ reset }: { error: Error; reset: () => void }) {
  return (
    <>
      <Header title="This page could not be drawn" />
      <Empty action={<Button onClick={reset}>Try now</Button>}>
        Nothing was changed. If the database or the server is away, the page comes back with it; the log of
        the web process says what happened.
      </Empty>
    </>
  )
}
