'use client'

import { useState } from 'react'
import { Code } from '../ui/Code'
import { TabPanel, Tabs } from '../ui/Tabs'
import { EstimatePane } from './EstimatePane'
import type { SweepFormState } from './useSweepForm'
import { YamlEditor } from './YamlEditor'

type Tab = 'estimate' | 'yaml' | 'cli'

/** Estimate, YAML and command: three views of the form. */
export function SidePane({ state }: { state: SweepFormState }) {
  const [tab, setTab] = useState<Tab>('estimate')
  return (
    <Tabs
      label="Views of this sweep"
      value={tab}
      onChange={setTab}
      listClassName="flex min-h-10 items-center border-b border-line px-4"
      tabs={[
        { value: 'estimate', label: 'Estimate' },
        { value: 'yaml', label: 'YAML' },
        { value: 'cli', label: 'CLI' },
      ]}
    >
      <TabPanel value="estimate">
        <EstimatePane state={state} />
        <YamlEditor state={state} />
      </TabPanel>
      <TabPanel value="yaml">
        <YamlEditor state={state} />
      </TabPanel>
      <TabPanel value="cli" className="px-4 py-3">
        <p className="mb-2 text-12 text-ink-2">
          The same file starts the same sweep from a terminal. Download the YAML, then:
        </p>
        <Code text={`alto sweep submit "${state.form.name || 'sweep'}.yaml" --wait`} prompt />
      </TabPanel>
    </Tabs>
  )
}
