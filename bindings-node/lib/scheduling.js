'use strict'
// Profiles put together in code. What comes out is an EndpointPickerConfig, which the core reads like any other.

const { OptionError, typeOf } = require('./errors.js')

const name = (what, value) => {
  if (typeof value !== 'string' || value === '') throw new OptionError('OP0002', `${what} is ${value === '' ? 'empty' : typeOf(value)}; pass a name`)
  return value
}

const object = (what, value) => {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw new OptionError('OP0002', `${what} are ${typeOf(value)}; pass an object`)
  return value
}

/** A scorer of the host's own, checked. */
function scorer(given, profile) {
  const { name: called, score, weight = 1 } = object('scorers', given)
  name('the name of a scorer', called)
  if (typeof score !== 'function') throw new OptionError('OP0002', `score of scorer ${called} is ${typeOf(score)}; pass a function`)
  if (typeof weight !== 'number' || !Number.isFinite(weight)) throw new OptionError('OP0002', `weight of scorer ${called} must be a finite number`)
  const of = given.profile ?? profile
  return Object.freeze({ name: called, score, weight, profile: of === null || of === undefined ? null : name(`profile of scorer ${called}`, of) })
}

/** One way to choose an endpoint. Does not change: each call gives a new one. */
class Profile {
  #name
  #plugins
  #scorers

  constructor(called, plugins = [], scorers = []) {
    this.#name = name('the name of a profile', called)
    this.#plugins = plugins
    this.#scorers = scorers
  }

  get name() {
    return this.#name
  }

  filter(type, parameters = {}) {
    return this.#with({ type: name('the type of a filter', type), parameters: object('parameters', parameters) })
  }

  scorer(type, weight = 1, parameters = {}) {
    if (typeof weight !== 'number' || !Number.isFinite(weight)) throw new OptionError('OP0002', `a weight is ${typeOf(weight)}; pass a finite number`)
    if (type !== null && typeof type === 'object') {
      return new Profile(this.#name, this.#plugins, [...this.#scorers, scorer({ ...type, weight }, this.#name)])
    }
    return this.#with({ type: name('the type of a scorer', type), parameters: object('parameters', parameters), weight })
  }

  picker(type, parameters = {}) {
    return this.#with({ type: name('the type of a picker', type), parameters: object('parameters', parameters) })
  }

  #with(plugin) {
    return new Profile(this.#name, [...this.#plugins, plugin], this.#scorers)
  }

  /** The plugins and the scorers of the host's own. */
  static parts(profile) {
    return { name: profile.#name, plugins: profile.#plugins, scorers: profile.#scorers }
  }
}

/** Profiles, and the plugins that no profile names: a profile handler, deciders, producers, detectors. */
class Scheduling {
  #config
  #scorers

  constructor(profiles, { plugins = [], saturationDetector } = {}) {
    const list = profiles instanceof Profile ? [profiles] : profiles
    if (!Array.isArray(list) || !list.every((profile) => profile instanceof Profile)) {
      throw new OptionError('OP0002', `profiles are ${typeOf(profiles)}; pass a Profile or an array of them`)
    }
    if (!Array.isArray(plugins)) throw new OptionError('OP0002', `plugins are ${typeOf(plugins)}; pass an array of {type, name, parameters}`)
    const parts = list.map(Profile.parts)
    const defined = plugins.map((plugin) => ({ ...object('plugins', plugin) }))
    const taken = new Set(defined.map((plugin) => plugin.name ?? plugin.type))
    const schedulingProfiles = parts.map((part) => ({
      name: part.name,
      plugins: part.plugins.map(({ type, parameters, weight }) => {
        // A name is the type where that is free.
        let called = type
        for (let number = 2; taken.has(called); number += 1) called = `${type}-${number}`
        taken.add(called)
        defined.push({ name: called, type, parameters })
        return { pluginRef: called, weight }
      }),
    }))
    const config = { apiVersion: 'llm-d.ai/v1alpha1', kind: 'EndpointPickerConfig', plugins: defined, schedulingProfiles }
    if (saturationDetector !== undefined) config.flowControl = { saturationDetector: { pluginRef: name('saturationDetector', saturationDetector) } }
    this.#config = JSON.stringify(config, null, 2)
    this.#scorers = parts.flatMap((part) => part.scorers)
  }

  /** The EndpointPickerConfig. Scorers of the host's own are not in it. */
  toString() {
    return this.#config
  }

  static scorers(scheduling) {
    return scheduling.#scorers
  }
}

module.exports = { Profile, Scheduling, scorer }
