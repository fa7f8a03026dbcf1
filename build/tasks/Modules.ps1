# The PowerShell modules that the tasks need: from the machine, else from where each is published. What is fetched goes
# to out/modules.

$script:GalleryTrouble = ''

function Find-InstalledModule {
    param([string]$Name, [version]$Minimum, [version]$Below)
    $folders = @((Join-Repository 'out', 'modules'), $env:PSModulePath) -join [IO.Path]::PathSeparator
    $wanted = @{ Name = $Name; ListAvailable = $true }
    Invoke-WithEnvironment @{ PSModulePath = $folders } { Get-Module @wanted } |
        Where-Object { $_.Version -ge $Minimum -and $_.Version -lt $Below } |
        Sort-Object Version -Descending | Select-Object -First 1
}

<# Puts modules from the PowerShell Gallery into out/modules; the user's own modules stay as they are. A Gallery that
   can't be reached is asked once. #>
function Save-GalleryModule {
    param([string]$Name, [version]$Minimum, [version]$Below)
    if ($script:GalleryTrouble) { throw $script:GalleryTrouble }
    Write-Information "Asking the PowerShell Gallery for $Name ..."
    $what = "-Name $Name -Version '[$Minimum,$Below)' -Repository PSGallery"
    $answer = Invoke-BoundedCommand "`$null = Find-PSResource $what" -TimeoutSec 20
    if ($answer.Code -ne 0) {
        $script:GalleryTrouble =
            "the PowerShell Gallery could not be asked: $(($answer.Text -split '\r?\n| Request sent')[0])"
        throw $script:GalleryTrouble
    }
    $folder = [IO.Directory]::CreateDirectory((Join-Repository 'out', 'modules')).FullName
    $answer = Invoke-BoundedCommand (
        "Save-PSResource $what -Path '$($folder.Replace("'", "''"))' " + '-TrustRepository'
    ) -TimeoutSec 300
    if ($answer.Code -ne 0) { throw "the PowerShell Gallery did not give it: $($answer.Text)" }
}

<# A command that may wait for a network for ever, in a process of its own, which can be ended. #>
function Invoke-BoundedCommand {
    param([string]$Command, [int]$TimeoutSec)
    $script = "`$ProgressPreference = 'SilentlyContinue'; `$ErrorActionPreference = 'Stop'; " +
    "try { $Command } catch { [Console]::Error.WriteLine(`$_.Exception.Message); exit 1 }"
    Invoke-Bounded -Command (
        @(Get-PowerShellProgram) + '-NoLogo' + '-NoProfile' + '-NonInteractive' + '-Command' + $script
    ) -TimeoutSec $TimeoutSec
}

<# Pester is published on NuGet, too: the pinned version, or the newest one there that will do. NuGet's own client gets
   it, by its name. #>
function Save-NuGetPester {
    param([version]$Minimum, [version]$Below)
    Write-Information 'Getting Pester from NuGet ...'
    $project = Join-Repository 'build', 'modules', 'PesterPackage.csproj'
    $restore = @('dotnet', 'restore', $project, '--nologo', '--verbosity', 'quiet')
    $choice = @()
    $answer = Invoke-Bounded -Command $restore -TimeoutSec 120
    if ($answer.Code -ne 0) {
        $version = Find-NuGetVersion -Name Pester -Minimum $Minimum -Below $Below
        if (-not $version) { throw "NuGet did not have it: $(Get-LastLine $answer.Text)" }
        Write-Information "The pinned version of Pester is not to be had; taking $version, the newest that is."
        $choice = @("-p:PesterVersion=$version")
        $answer = Invoke-Bounded -Command ($restore + $choice) -TimeoutSec 120
    }
    $package = (
        Invoke-Bounded -Command (
            @('dotnet', 'msbuild', $project, '-nologo', '-getProperty:PkgPester') + $choice
        ) -TimeoutSec 60
    ).Text
    $source = Join-Path $package 'tools'
    $isThere = $answer.Code -eq 0 -and (Test-Path -LiteralPath (Join-Path $source 'Pester.psd1'))
    if (-not $isThere) { throw "NuGet did not have it: $(Get-LastLine $answer.Text)" }
    $target = Join-Repository 'out', 'modules', 'Pester', (Split-Path -Leaf $package)
    Clear-Folder $target
    $null = [IO.Directory]::CreateDirectory((Split-Path -Parent $target))
    Copy-Item -LiteralPath $source -Destination $target -Recurse
}

<# The newest version that the package sources of this machine serve. #>
function Find-NuGetVersion {
    param([string]$Name, [version]$Minimum, [version]$Below)
    $answer = Invoke-Bounded -Command 'dotnet', 'package', 'search', $Name, '--exact-match', '--format',
        'json' -TimeoutSec 60
    if ($answer.Code -ne 0) { return }
    $found = $answer.Text | ConvertFrom-Json
    $found.searchResult | ForEach-Object { $_.packages } | ForEach-Object { $_.version -as [version] } |
        Where-Object { $_ -and $_ -ge $Minimum -and $_ -lt $Below } | Sort-Object -Descending | Select-Object -First 1
}

function Get-LastLine {
    param([string]$Text)
    @($Text -split '\r?\n' | Where-Object { $_.Trim() })[-1]
}

<# Finds a module or gets it; its error names the command that installs the module. #>
function Resolve-RequiredModule {
    param([string]$Name, [version]$Minimum, [version]$Below = '99.0')
    $module = Find-InstalledModule $Name $Minimum $Below
    if ($module) { return $module }
    $reasons = @()
    $sources = @(if ($Name -eq 'Pester') { { Save-NuGetPester $Minimum $Below } }) +
        { Save-GalleryModule $Name $Minimum $Below }
    foreach ($source in $sources) {
        try {
            $null = & $source
            $module = Find-InstalledModule $Name $Minimum $Below
            if ($module) { return $module }
            $reasons += 'what came was not the module'
        }
        catch { $reasons += ($_.Exception.Message -split '\r?\n')[0] }
    }
    throw "The module $Name ($Minimum or later) is missing, and could not be fetched ($($reasons -join '; ')). " +
    "Install it with: Install-Module $Name -MinimumVersion $Minimum -Scope CurrentUser"
}

function Resolve-Pester { Resolve-RequiredModule -Name Pester -Minimum 5.5.0 -Below 6.0 }

function Resolve-VaultModule {
    Resolve-RequiredModule -Name Microsoft.PowerShell.SecretManagement -Minimum 1.1.0
    Resolve-RequiredModule -Name Microsoft.PowerShell.SecretStore -Minimum 1.0.0
}

<# What keeps secrets in the tests and the demo: SecretManagement with SecretStore, or our stand-in for both. Never one
   of each. #>
function Resolve-Vault {
    param([string]$Configuration)
    try { return [pscustomobject]@{ Kind = 'Real'; Folders = @(Get-ModuleFolder (Resolve-VaultModule)); Why = '' } }
    catch { $why = $_.Exception.Message }
    $folder = Join-Repository 'tests', 'SecretManagement.StandIn', 'bin', $Configuration, 'Modules'
    if (-not (Test-Path -LiteralPath $folder)) { throw $why }
    [pscustomobject]@{ Kind = 'StandIn'; Folders = @($folder); Why = ($why -replace '\. Install it with.*') }
}

<# The folders that PSModulePath must name so that a process with another home finds these modules. #>
function Get-ModuleFolder {
    param([object[]]$Module)
    foreach ($one in $Module) {
        $parent = Split-Path -Parent $one.ModuleBase
        if ((Split-Path -Leaf $parent) -eq $one.Name) { Split-Path -Parent $parent } else { $parent }
    }
}
