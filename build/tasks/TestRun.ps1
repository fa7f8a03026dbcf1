# Test: the run's mark, and the search for its secrets in all that it wrote.

# Vaults that encrypt nothing, a browser's own records, and files that a test wrote a secret into to see whether it is
# found.
$script:OutsideWorld =
    'plain-file-vault|[\\/](vault|control)-\d+-[0-9a-f]{8}[\\/]|' +
    '[\\/](person|chromium)-\d+-[0-9a-f]{8}[\\/](head-\d+\.txt|address)$'

<# Every secret that the tests make up carries the run's mark, so that what the run wrote can be searched for all of
   them. #>
function Open-TestRun {
    $run = [pscustomobject]@{
        Id = [guid]::NewGuid().ToString(); Folder = Get-TemporaryHome; Started = [datetime]::UtcNow
    }
    foreach ($name in 'counts', 't') { $null = [IO.Directory]::CreateDirectory((Join-Path $run.Folder $name)) }
    $run
}

<# The environment of what belongs to the run: with its mark, and with a folder for temporary files that is searched. #>
function Get-TestRunEnvironment {
    param([object]$Run, [string]$TemporaryFolder)
    $environment = @{ NOTIONAUTH_TEST_RUN = $Run.Id; NOTIONAUTH_TEST_COUNTS = Join-Path $Run.Folder 'counts' }
    foreach ($name in 'TMPDIR', 'TEMP', 'TMP') { $environment[$name] = $TemporaryFolder }
    $environment
}

<# What a part of the run left behind is searched before it is removed. #>
function Search-TestRun {
    param([object]$Run, [string]$Name, [string[]]$Path)
    Import-Module (Join-Repository 'tests', 'SecretSearch.psm1')
    $files = 0
    $leaks = foreach ($folder in $Path) {
        foreach ($found in Search-Secret -Path $folder -Mark (Get-SecretMark $Run.Id) -Exclude $script:OutsideWorld) {
            $files += $found.Files
            if ($found.Kind) { "$($found.Kind) in $($found.File.Substring($folder.Length + 1)) ($Name)" }
        }
    }
    @{ Files = $files; Found = @($leaks) }
}

<# The sum of the searches; that of a whole run is kept for docs/reliability.md. #>
function Complete-TestRun {
    param([object]$Run, [object[]]$Results, [bool]$IsWhole)
    try {
        $files = [int]($Results | Measure-Object -Property Searched -Sum | ForEach-Object Sum)
        $found = @($Results | ForEach-Object { $_.Leaks })
        $counts = Get-ChildItem -LiteralPath (Join-Path $Run.Folder 'counts') -File
        $secrets = [int]($counts | Measure-Object -Property Length -Sum | ForEach-Object Sum)
        Write-Heading 'Secrets'
        Write-Information ("$secrets secrets were made up in this run and searched for in $files files that it " +
            "wrote: $($found.Count) found.")
        if ($IsWhole) {
            @{
                Date = $Run.Started.ToString('yyyy-MM-dd'); Secrets = $secrets; Files = $files; Found = $found
                Seconds = [int]([datetime]::UtcNow - $Run.Started).TotalSeconds
                Suites = @($Results |
                    ForEach-Object { "$($_.Suite) $($_.Passed) passed, $($_.Failed) failed, $($_.Skipped) skipped" })
            } | ConvertTo-Json | Set-Content -LiteralPath (Join-Repository 'out', 'TestResults', 'secrets.json')
        }
        foreach ($one in $found) { "A secret was written: $one." }
    }
    finally { Clear-Folder $Run.Folder }
}
