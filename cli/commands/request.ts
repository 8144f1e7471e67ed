import type { Command } from 'commander'
import type { RequestAnswer, RequestDetailAnswer } from '../client/answers'
import { duration } from '../output/format'
import { print } from '../output/print'

interface JsonOption {
  json?: boolean
}

async function connect() {
  const { Api } = await import('../client/api')
  return new Api()
}

const STATES = ['queued', 'running', 'paused']

async function list(options: JsonOption & { all?: boolean }): Promise<void> {
  const filter = options.all ? '' : `&states=${STATES.join(',')}&order=slack`
  const { requests, total } = await (await connect()).get<{ requests: RequestAnswer[]; total: number }>(
    `/requests?limit=200${filter}`,
  )
  const { table } = await import('../output/table')
  print(options.json, { requests, total }, () =>
    requests.length === 0
      ? 'No request is in line. Make one with `alto generate`.'
      : table(
          ['id', 'what', 'state', 'steps', 'slack'],
          requests.map((one) => [
            one.id,
            `${one.width}x${one.height} ${one.kind}${one.kind === 'video' ? `, ${one.frames} frames` : ''}`,
            one.state,
            `${one.stepsDone} of ${one.steps}`,
            one.slackMs === null ? '–' : duration(one.slackMs / 1000),
          ]),
        ),
  )
}

async function show(id: string, options: JsonOption): Promise<void> {
  const detail = await (await connect()).get<RequestDetailAnswer>(`/requests/${encodeURIComponent(id)}`)
  const { requestLine } = await import('../serving/wait-for-requests')
  print(options.json, detail, () =>
    [requestLine(detail.request), ...detail.receipts.map((one) => `${one.at}  ${one.sentence}`)].join('\n'),
  )
}

async function cancel(id: string, options: JsonOption): Promise<void> {
  const { cancelled } = await (await connect()).delete<{ cancelled: boolean }>(
    `/requests/${encodeURIComponent(id)}`,
  )
  print(options.json, { id, cancelled }, () =>
    cancelled ? `${id} ends at its next step boundary.` : `${id} had ended already.`,
  )
}

export function registerRequest(program: Command): void {
  const request = program.command('request').description('Look at images and videos that are being made.')
  const withJson = (command: Command) => command.option('--json', 'print one JSON object')
  withJson(request.command('list').option('--all', 'ended ones too, newest first'))
    .description('Requests in line, least slack first.')
    .action(list)
  withJson(request.command('show').argument('<id>', 'id of the request'))
    .description('Where it stands, and what was decided about it.')
    .action(show)
  withJson(request.command('cancel').argument('<id>', 'id of the request'))
    .description('End it at its next step boundary.')
    .action(cancel)
  request.action(() => request.help())
}
