'use client'

import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useTRPC, useTRPCClient } from '../trpc/trpc'
import { checkForm, countRuns, type Problems } from './check-form'
import { formToSpec, NEW_FORM, type SweepForm, specToForm } from './sweep-form'
import { useSettled } from './useSettled'

/** A person stops typing for this long before anything is asked. */
const DEBOUNCE_MS = 250
const SAVE_MS = 1500

/** Sentences of the server at the form's fields: the first two parts of a path are enough to find one. */
const atField = (path: readonly (string | number)[]): string =>
  path[0] === 'parameters' ? path.slice(0, 2).join('.') : String(path[0] ?? '')

/** The value behind form, YAML and command, what is wrong with it, what it would cost, and its draft. */
export function useSweepForm(initial: {
  form: Record<string, unknown> | null
  spec: Record<string, unknown> | null
}) {
  const trpc = useTRPC()
  const client = useTRPCClient()
  const [form, setForm] = useState<SweepForm>(() =>
    initial.spec
      ? specToForm(initial.spec)
      : initial.form
        ? { ...NEW_FORM, ...(initial.form as Partial<SweepForm>) }
        : NEW_FORM,
  )
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set())
  const [refused, setRefused] = useState<Problems>({})
  const [savedAt, setSavedAt] = useState<Date | null>(null)

  const own = useMemo(() => checkForm(form), [form])
  const late = useSettled(form, DEBOUNCE_MS)
  const clean = Object.keys(own).length === 0
  const estimate = useQuery(
    trpc.sweep.estimate.queryOptions(
      // A name costs nothing, so the estimate does not wait for it.
      { spec: formToSpec({ ...late, name: late.name.trim() || 'unnamed' }) },
      {
        enabled: Object.keys(checkForm(late)).every((path) => path === 'name'),
        placeholderData: keepPreviousData,
        retry: false,
        staleTime: 30_000,
      },
    ),
  )
  const fromServer = useMemo(() => {
    if (!clean || late !== form) return {}
    const problems: Record<string, string> = {}
    for (const problem of estimate.data?.problems ?? []) problems[atField(problem.path)] ??= problem.message
    return problems
  }, [clean, late, form, estimate.data])
  const problems: Problems = useMemo(
    () => ({ ...refused, ...fromServer, ...own }),
    [own, fromServer, refused],
  )

  const dirty = useRef(false)
  useEffect(() => {
    if (!dirty.current) return
    const timer = setTimeout(() => {
      client.draft.save.mutate({ form: form as unknown as Record<string, unknown> }).then(
        () => setSavedAt(new Date()),
        () => setSavedAt(null),
      )
    }, SAVE_MS)
    return () => clearTimeout(timer)
  }, [form, client])

  return {
    form,
    count: countRuns(form),
    problems,
    /** The sentence of a field, once a person has been there; everything after a try to start. */
    problemOf: (path: string): string | undefined =>
      touched.has(path) || touched.has('*') ? problems[path] : undefined,
    change: (next: Partial<SweepForm>) => {
      dirty.current = true
      setRefused({})
      setForm((before) => ({ ...before, ...next }))
    },
    replace: (next: SweepForm) => {
      dirty.current = true
      setRefused({})
      setTouched(new Set(['*']))
      setForm(next)
    },
    touch: (path: string) => setTouched((before) => (before.has(path) ? before : new Set(before).add(path))),
    touchAll: () => setTouched(new Set(['*'])),
    refuse: (list: readonly { path: (string | number)[]; message: string }[]) =>
      setRefused(Object.fromEntries(list.map((one) => [atField(one.path), one.message]))),
    estimate: estimate.data ?? null,
    estimating: estimate.isFetching,
    estimateError: estimate.error,
    savedAt,
  }
}

export type SweepFormState = ReturnType<typeof useSweepForm>
