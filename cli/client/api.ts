import { InputError } from '../errors'
import { type Address, findAddress } from './address'

interface Refusal {
  error?: { message: string; field: string | null }
}

/** What a refused request says, with its field in front. */
function sentence(refusal: Refusal, status: number): string {
  const { message, field } = refusal.error ?? { message: `The server answered ${status}.`, field: null }
  return field ? `${field}: ${message}` : message
}

/** REST of one Alto. */
export class Api {
  constructor(private readonly address: Address = findAddress()) {}

  get url(): string {
    return this.address.url
  }

  get<T>(path: string): Promise<T> {
    return this.json<T>('GET', path)
  }

  post<T>(path: string, body?: unknown): Promise<T> {
    return this.json<T>('POST', path, body)
  }

  delete<T>(path: string): Promise<T> {
    return this.json<T>('DELETE', path)
  }

  /**
   * @throws InputError for what the person must change (400, 404, 409, 413, 422), Error for everything else
   */
  async request(method: string, path: string, init: RequestInit = {}): Promise<Response> {
    let answer: Response
    try {
      answer = await fetch(`${this.address.url}/api/v1${path}`, {
        ...init,
        method,
        headers: { authorization: `Bearer ${this.address.token}`, ...init.headers },
      })
    } catch {
      throw new Error(
        `Alto does not answer at ${this.address.url}. Start it with \`npm start\`, or set ALTO_URL.`,
      )
    }
    if (answer.ok) return answer
    const refusal = (await answer.json().catch(() => ({}))) as Refusal
    const isInput = [400, 404, 409, 413, 422].includes(answer.status)
    throw isInput
      ? new InputError(sentence(refusal, answer.status))
      : new Error(sentence(refusal, answer.status))
  }

  private async json<T>(method: string, path: string, body?: unknown): Promise<T> {
    const init: RequestInit =
      body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
    return (await (await this.request(method, path, init)).json()) as T
  }
}
