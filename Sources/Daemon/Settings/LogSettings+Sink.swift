import Logging
import Telemetry

extension LogSettings {
    /// The least level as the logging system names it.
    var loggerLevel: Logger.Level { Logger.Level(rawValue: level.rawValue) ?? .info }

    /// The look of a line as the sink names it.
    var sinkFormat: LogFormat { LogFormat(rawValue: format.rawValue) ?? .text }
}
