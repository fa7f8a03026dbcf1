#Requires -Version 7.4
# Looks for the secrets of a test run in what the run wrote. Every secret that tests and the simulated Notion make up
# has the run's mark in it (SecretMark.cs): NOTIONAUTH_TEST_RUN names the run, the mark is twelve digits of its hash.

Set-StrictMode -Version 3.0

function Get-SecretMark {
    <#
    .SYNOPSIS
    The mark of the run that this process belongs to; empty where it belongs to none.
    #>
    param([string] $Run = $env:NOTIONAUTH_TEST_RUN)

    if (-not $Run) { return '' }
    [Convert]::ToHexString(
        [Security.Cryptography.SHA256]::HashData([Text.Encoding]::UTF8.GetBytes($Run))
    ).ToLowerInvariant().Substring(0, 12)
}

function Add-SecretCount {
    <#
    .SYNOPSIS
    Counts a secret that the simulated Notion didn't make up.
    #>
    if ($env:NOTIONAUTH_TEST_COUNTS) {
        [IO.File]::WriteAllText((Join-Path $env:NOTIONAUTH_TEST_COUNTS ([guid]::NewGuid().ToString('N'))), '.')
    }
}

function Get-SecretCount {
    <#
    .SYNOPSIS
    How many secrets were made up in the run so far.
    #>
    param([string] $Folder = $env:NOTIONAUTH_TEST_COUNTS)

    [int](Get-ChildItem -LiteralPath $Folder -File | Measure-Object -Property Length -Sum).Sum
}

function Get-SearchedForm {
    <#
    .SYNOPSIS
    What the mark looks like where a secret was written as it is, in UTF-16, in hexadecimal or in base64 (wherever in
    the encoded text it stands).
    #>
    param([Parameter(Mandatory)] [string] $Mark)

    $latin = [Text.Encoding]::Latin1
    foreach ($encoding in [Text.Encoding]::UTF8, [Text.Encoding]::Unicode) {
        $bytes = $encoding.GetBytes($Mark)
        $name = if ($encoding -eq [Text.Encoding]::UTF8) { '' } else { ' (UTF-16)' }
        @{ Text = $latin.GetString($bytes); How = $name }
        @{ Text = [Convert]::ToHexString($bytes).ToLowerInvariant(); How = " in hexadecimal$name" }
        @{ Text = [Convert]::ToHexString($bytes); How = " in hexadecimal$name" }
        foreach ($shift in 0, 1, 2) {
            # Characters that hold bits of what stands before or after the mark are left out.
            $encoded = [Convert]::ToBase64String([byte[]]::new($shift) + $bytes).TrimEnd('=')
            $first = [int][Math]::Ceiling($shift * 8 / 6)
            $last = [int][Math]::Floor(($shift + $bytes.Length) * 8 / 6)
            @{ Text = $encoded.Substring($first, $last - $first); How = " in base64$name" }
        }
    }
}

function Search-Secret {
    <#
    .SYNOPSIS
    Searches all files below the paths. Returns file and kind of each secret that it finds, never the secret, and at
    last how many files it has read.
    .PARAMETER Exclude
    A regular expression for paths that the outside world of the tests keeps secrets in: a browser's history, a vault
    without encryption.
    #>
    param([Parameter(Mandatory)] [string[]] $Path, [string] $Mark = (Get-SecretMark), [string] $Exclude)

    if (-not $Mark) { throw 'Nothing can be searched for: NOTIONAUTH_TEST_RUN names no run.' }
    $forms = @(Get-SearchedForm $Mark)
    $files = 0
    foreach ($one in $Path) {
        # find lists files alone: a killed process leaves pipes and sockets, and a reader would wait at them for ever.
        $names = if ($IsWindows) { [IO.Directory]::EnumerateFiles($one, '*', 'AllDirectories') }
        else { find $one -type f }
        foreach ($file in $names) {
            if ($Exclude -and $file -match $Exclude) { continue }
            try { $text = [Text.Encoding]::Latin1.GetString([IO.File]::ReadAllBytes($file)) }
            catch [IO.IOException] { continue }
            $files++
            foreach ($form in $forms) {
                $at = $text.IndexOf($form.Text, [StringComparison]::Ordinal)
                if ($at -lt 0) { continue }
                $before = $text.Substring([Math]::Max(0, $at - 14), [Math]::Min(14, $at)).Replace("`0", '')
                $kind = switch -Regex ($before) {
                    'ntn_$' { 'an access token'; break }
                    'nrt_$' { 'a refresh token'; break }
                    'secret_$' { 'a client secret'; break }
                    '[0-9a-f]{4}-$' { 'an authorization code'; break }
                    default { 'a secret' }
                }
                [pscustomobject]@{ Files = 0; File = $file; Kind = $kind + $form.How }
                break
            }
        }
    }

    [pscustomobject]@{ Files = $files; File = ''; Kind = '' }
}

Export-ModuleMember -Function *-*
