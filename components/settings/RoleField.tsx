import { Field } from '../ui/Field'
import { Select } from '../ui/Select'

export type Role = 'viewer' | 'editor' | 'admin'

const ROLES = [
  { value: 'viewer', label: 'look' },
  { value: 'editor', label: 'start and stop' },
  { value: 'admin', label: 'everything' },
] as const

/** What a person or a token may do, in words. */
export function RoleField({
  label,
  value,
  onChange,
}: {
  /** For a screen reader: whose role it is. */
  label: string
  value: Role
  onChange: (role: Role) => void
}) {
  return (
    <Field label="May" className="w-36">
      {(control) => (
        <Select id={control.id} label={label} value={value} onChange={onChange} options={ROLES} />
      )}
    </Field>
  )
}
