import type { DeploymentSummary } from '@/server/views/deployment-summary'

const short = (model: string): string => model.split('/').filter(Boolean).at(-1) ?? model

/** `tiny-image and tiny-video`. */
export const modelNames = ({ imageModel, videoModel }: DeploymentSummary): string =>
  [imageModel, videoModel].flatMap((model) => (model === null ? [] : [short(model)])).join(' and ')
