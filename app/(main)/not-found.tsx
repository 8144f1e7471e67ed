import { Header } from '@/components/frame/Header'
import { ButtonLink } from '@/components/ui/Button'
import { Empty } from '@/components/ui/Empty'

export default function NotFound() {
  return (
    <>
      <Header title="Nothing is here" />
      <Empty action={<ButtonLink href="/sweeps">All sweeps</ButtonLink>}>
        This page does not exist, or it belongs to a project that you are no member of. An admin of the
        project can invite you.
      </Empty>
    </>
  )
}
