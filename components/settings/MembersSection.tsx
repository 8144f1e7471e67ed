'use client'

import { useState } from 'react'
import { errorSentence } from '../trpc/errorSentence'
import { useTRPCClient } from '../trpc/trpc'
import { Button } from '../ui/Button'
import { Code } from '../ui/Code'
import { Field } from '../ui/Field'
import { Select } from '../ui/Select'
import { Time } from '../ui/Time'
import { say } from '../ui/toasts'
import { type Role, RoleField } from './RoleField'

/** Invites one more person to a project. */
export function MembersSection({ projects }: { projects: readonly { id: string; name: string }[] }) {
  const client = useTRPCClient()
  const [projectId, setProjectId] = useState(projects[0]?.id ?? '')
  const [role, setRole] = useState<Role>('editor')
  const [issued, setIssued] = useState<{ link: string; expiresAt: Date } | null>(null)
  const invite = () => {
    client.project.invite
      .mutate({ projectId, role })
      .then(setIssued, (error: unknown) => say(errorSentence(error), { urgent: true }))
  }
  return (
    <>
      <div className="flex flex-wrap items-start gap-3">
        <Field label="Project" className="w-44">
          {(control) => (
            <Select
              id={control.id}
              label="Project"
              value={projectId}
              onChange={setProjectId}
              options={projects.map((project) => ({ value: project.id, label: project.name }))}
            />
          )}
        </Field>
        <RoleField label="What the person may do" value={role} onChange={setRole} />
        <Button onClick={invite} className="mt-5">
          Create invitation
        </Button>
      </div>
      {issued ? (
        <div className="mt-3">
          <p className="mb-1.5 text-12">
            Send this link; it works once and ends <Time at={issued.expiresAt} day />. It is not shown again.
          </p>
          <Code text={issued.link} />
        </div>
      ) : null}
    </>
  )
}
