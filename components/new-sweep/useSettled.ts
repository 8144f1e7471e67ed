'use client'

import { useEffect, useState } from 'react'

/** A value once a person has stopped changing it for `ms`. */
export function useSettled<T>(value: T, ms = 500): T {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms)
    return () => clearTimeout(timer)
  }, [value, ms])
  return settled
}
