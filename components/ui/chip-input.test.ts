import { expect, it } from 'vitest'
import { splitChips } from './ChipInput'

it.each([
  ['1e-4, 5e-4', ['1e-4', '5e-4']],
  ['[8, 32,128]', ['8', '32', '128']],
  [' q_proj \n v_proj', ['q_proj', 'v_proj']],
  [' , ', []],
])('%j makes %j', (text, chips) => expect(splitChips(text)).toEqual(chips))
