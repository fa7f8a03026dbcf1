<#
.SYNOPSIS
Looks for rows that are overdue. If there are any, it leaves a page that lists them, and its exit code is 1.
#>
param([Parameter(Mandatory)] [string] $DataSource, [Parameter(Mandatory)] [string] $AlertParentId)

$ErrorActionPreference = 'Stop'
$late = Invoke-NotionRequest "data_sources/$DataSource/query" -All -AsRow -Body @{
    filter = @{ property = 'Due'; date = @{ before = Get-Date -Format yyyy-MM-dd } }
} | Where-Object Status -NE Done
if (-not $late) { exit 0 }

$lines = $late | Sort-Object Due | ForEach-Object { "- $($_.Due) $($_.Name) $($_.Url)" }
$title = @{ title = @(@{ text = @{ content = "Overdue on $(Get-Date -Format yyyy-MM-dd): $(@($late).Count)" } }) }
(Invoke-NotionRequest pages -Method POST -Body @{
        parent = @{ page_id = $AlertParentId }; properties = @{ title = $title }; markdown = $lines -join "`n"
    }).url
exit 1
