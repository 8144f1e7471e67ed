import { BlockList, isIPv4, isIPv6 } from 'node:net'

/** Networks that are nobody's on the internet (IANA's special-purpose registries). */
const V4: readonly [string, number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
]

/** Everything global is in 2000::/3; of that, these lead elsewhere: documentation, Teredo, 6to4. */
const V6_GLOBAL: [string, number] = ['2000::', 3]
const V6: readonly [string, number][] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
]

const reserved = new BlockList()
for (const [network, prefix] of V4) reserved.addSubnet(network, prefix, 'ipv4')
for (const [network, prefix] of V6) reserved.addSubnet(network, prefix, 'ipv6')
const global6 = new BlockList()
global6.addSubnet(...V6_GLOBAL, 'ipv6')

/** True for an address that anyone on the internet could reach: not private, loopback, link-local or reserved. */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !reserved.check(address, 'ipv4')
  return isIPv6(address) && global6.check(address, 'ipv6') && !reserved.check(address, 'ipv6')
}
