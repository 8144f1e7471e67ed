'use client'

import { parseAsInteger, parseAsJson, parseAsStringLiteral, useQueryStates } from 'nuqs'
import { z } from 'zod'
import { POLICY_NAMES } from '@/engine/early-exit/policy'

const numbers = z.record(z.string(), z.number())

/** What a link to the rule lab carries: the proposed policy, what differs from its defaults, and the slots. */
const PARSERS = {
  policy: parseAsStringLiteral(POLICY_NAMES).withDefault('adaptive'),
  set: parseAsJson((value) => numbers.parse(value)).withDefault({}),
  slots: parseAsInteger,
}

export function useLabView() {
  return useQueryStates(PARSERS, { history: 'replace', scroll: false, shallow: true })
}
