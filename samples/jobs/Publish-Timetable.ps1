<#
.SYNOPSIS
Writes tomorrow's lessons into a data source: a CSV file has Lesson, Begin and End, as clock times of the time zone.
#>
param(
    [Parameter(Mandatory)] [string] $Path,
    [Parameter(Mandatory)] [string] $DataSource,
    [string] $TimeZone = 'Europe/Berlin'
)

$ErrorActionPreference = 'Stop'
$tomorrow = (Get-Date).Date.AddDays(1)
Import-Csv -LiteralPath $Path | ForEach-Object {
    [pscustomobject]@{
        Name = $_.Lesson
        # Beside a time zone, a time goes without an offset: the clock on the wall there.
        When = @{
            start     = $tomorrow + [timespan]$_.Begin
            end       = $tomorrow + [timespan]$_.End
            time_zone = $TimeZone
        }
    }
} | Invoke-NotionRequest -DataSource $DataSource
