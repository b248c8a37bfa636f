import OCISpec

func ioSettings(_ io: BlockIO) -> [CgroupSetting] {
  func setting(_ name: String, _ v1: CgroupSetting.File, _ v2: CgroupSetting.File?) -> CgroupSetting {
    var setting = CgroupSetting("blkio", "blockIO.\(name)", v1: [v1], v2: v2.map { [$0] })
    setting.unifiedController = "io"
    return setting
  }
  var settings: [CgroupSetting] = []
  if let weight = io.weight, weight != 0 {
    var own = setting("weight", ("blkio.weight", "\(weight)"), ("io.weight", "default \(ioWeight(weight))"))
    own.bfq = (("blkio.bfq.weight", "\(weight)"), ("io.bfq.weight", "\(weight)"))
    own.scope = [.init("IOWeight", .number(ioWeight(weight)))]
    settings.append(own)
  }
  if let weight = io.leafWeight, weight != 0 {
    settings.append(setting("leafWeight", ("blkio.leaf_weight", "\(weight)"), nil))
  }
  for (index, device) in io.weightDevice.enumerated() {
    let number = "\(device.major):\(device.minor)"
    let name = "weightDevice[\(index)]"
    if let weight = device.weight {
      let v2 = (file: "io.weight", value: "\(number) \(ioWeight(weight))")
      var own = setting("\(name).weight", ("blkio.weight_device", "\(number) \(weight)"), v2)
      own.bfq = (
        ("blkio.bfq.weight_device", "\(number) \(weight)"), ("io.bfq.weight", "\(number) \(weight)")
      )
      own.scope = [deviceProperty("IODeviceWeight", number, ioWeight(weight))]
      settings.append(own)
    }
    if let weight = device.leafWeight {
      settings.append(
        setting("\(name).leafWeight", ("blkio.leaf_weight_device", "\(number) \(weight)"), nil))
    }
  }
  let throttles = [
    ("throttleReadBpsDevice", io.throttleReadBpsDevice, "read_bps_device", "rbps", "IOReadBandwidthMax"),
    ("throttleWriteBpsDevice", io.throttleWriteBpsDevice, "write_bps_device", "wbps", "IOWriteBandwidthMax"),
    ("throttleReadIOPSDevice", io.throttleReadIOPSDevice, "read_iops_device", "riops", "IOReadIOPSMax"),
    ("throttleWriteIOPSDevice", io.throttleWriteIOPSDevice, "write_iops_device", "wiops", "IOWriteIOPSMax"),
  ]
  for (name, devices, file, key, property) in throttles {
    for (index, device) in devices.enumerated() {
      let (number, rate) = ("\(device.major):\(device.minor)", device.rate ?? 0)
      var own = setting(
        "\(name)[\(index)]", ("blkio.throttle.\(file)", "\(number) \(rate)"),
        ("io.max", "\(number) \(key)=\(rate == 0 ? "max" : "\(rate)")"))
      own.scope = [deviceProperty(property, number, rate == 0 ? .max : rate)]
      settings.append(own)
    }
  }
  return settings
}

/// v1's 10…1000 on v2's 1…10000, as the specification's runtimes do it.
private func ioWeight(_ weight: UInt16) -> UInt64 { 1 + (UInt64(max(weight, 10)) - 10) * 9999 / 990 }
