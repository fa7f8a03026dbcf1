# The PowerShell modules that the tasks need: from the machine, else from the PowerShell Gallery.

function Find-InstalledModule {
    param([string]$Name, [version]$Minimum, [version]$Below)
    $folders = @((Join-Repository 'out', 'modules'), $env:PSModulePath) -join [IO.Path]::PathSeparator
    $wanted = @{ Name = $Name; ListAvailable = $true }
    Invoke-WithEnvironment @{ PSModulePath = $folders } { Get-Module @wanted } |
        Where-Object { $_.Version -ge $Minimum -and $_.Version -lt $Below } |
        Sort-Object Version -Descending | Select-Object -First 1
}

<# Puts a module from the Gallery into out/modules, where it is nobody else's business. #>
function Save-GalleryModule {
    param([string]$Name, [version]$Minimum, [version]$Below)
    $folder = Join-Repository 'out', 'modules'
    $null = [IO.Directory]::CreateDirectory($folder)
    Write-Information "Getting $Name from the PowerShell Gallery ..."
    if (Get-Command Save-PSResource -ErrorAction Ignore) {
        Save-PSResource -Name $Name -Version "[$Minimum,$Below)" -Path $folder -Repository PSGallery -TrustRepository
    }
    else {
        Save-Module -Name $Name -MinimumVersion $Minimum -Path $folder -Repository PSGallery -Force
    }
}

<# Finds a module or gets it; throws an error that says which command installs it. #>
function Resolve-RequiredModule {
    param([string]$Name, [version]$Minimum, [version]$Below = '99.0')
    $module = Find-InstalledModule $Name $Minimum $Below
    if ($module) { return $module }
    $reason = 'the Gallery did not have it'
    try { Save-GalleryModule $Name $Minimum $Below } catch { $reason = ($_.Exception.Message -split '\r?\n')[0] }
    $module = Find-InstalledModule $Name $Minimum $Below
    if ($module) { return $module }
    throw "The module $Name ($Minimum or later) is missing, and could not be fetched ($reason). Install it with: Install-Module $Name -MinimumVersion $Minimum -Scope CurrentUser"
}

function Resolve-VaultModule {
    Resolve-RequiredModule -Name Microsoft.PowerShell.SecretManagement -Minimum 1.1.0
    Resolve-RequiredModule -Name Microsoft.PowerShell.SecretStore -Minimum 1.0.0
}

<# The folders that PSModulePath must name so that a process with another home finds these modules. #>
function Get-ModuleFolder {
    param([object[]]$Module)
    foreach ($one in $Module) {
        $parent = Split-Path -Parent $one.ModuleBase
        if ((Split-Path -Leaf $parent) -eq $one.Name) { Split-Path -Parent $parent } else { $parent }
    }
}
